import type { FragmentOf } from '../plan.ts';
import { beginFork, endFork, turnFork } from './control.ts';
import { callHelper, F, type Frame, noteCall, scalar, stackPointer, whilePinned } from './frame.ts';
import { mapNumber, setMap } from './maps.ts';
import { ensureReadable } from './stack.ts';
import { NONE, STACK_WINDOW_BYTES } from './view.ts';

export function lowerRing(frame: Frame, fragment: FragmentOf<'ring'>): void {
  const { op, by, size, flags } = fragment;
  const { asm } = frame;
  const number = mapNumber(frame, fragment.map, ({ spec }) => spec.type === 'ringbuf');
  if (number === undefined) return;
  if (op === 'query') {
    setMap(frame, 1, number, by);
    asm.emit(F.movK, { dst: 2, imm: flags });
    callHelper(frame, 'ringbuf_query');
  } else if (op === 'output') {
    const bytes = Math.min(size, STACK_WINDOW_BYTES);
    if (bytes > 0) ensureReadable(frame, 0, bytes);
    setMap(frame, 1, number, by);
    stackPointer(frame, 2, frame.stackBase);
    asm.emit(F.movK, { dst: 3, imm: bytes });
    asm.emit(F.movK, { dst: 4, imm: flags });
    callHelper(frame, 'ringbuf_output');
  } else reserve(frame, number, fragment);
}

/** A record is reserved, written to, and given back on every way. */
function reserve(
  frame: Frame,
  map: number,
  { op, by, size, flags, src }: FragmentOf<'ring'>,
): void {
  const { asm, view } = frame;
  setMap(frame, 1, map, by);
  asm.emit(F.movK, { dst: 2, imm: size });
  asm.emit(F.movK, { dst: 3, imm: flags === 5 ? 1 : 0 });
  callHelper(frame, 'ringbuf_reserve');
  view.regs[0] = NONE;
  const fork = beginFork(frame, F.jeqK, { dst: 0, imm: 0 });
  whilePinned(frame, [0], () => {
    if (size >= 8)
      asm.emit(F.stxdw, { dst: 0, src: scalar(frame, src), off: size - (size % 8) - 8 });
    if (size >= 1) asm.emit(F.stb, { dst: 0, off: size - 1, imm: src });
  });
  asm.emit(F.movX, { dst: 1, src: 0 });
  asm.emit(F.movK, { dst: 2, imm: flags % 4 });
  callHelper(frame, op === 'discard' ? 'ringbuf_discard' : 'ringbuf_submit');
  noteCall(frame);
  view.regs[0] = NONE;
  endFork(frame, turnFork(frame, fork));
}
