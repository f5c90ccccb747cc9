import { formNamed } from '../../src/isa/forms.ts';
import type { FragmentOf } from '../plan.ts';
import { CALLBACK_WALKS, calleeOf, noteCallOf } from './call.ts';
import { callHelper, F, type Frame, stackPointer } from './frame.ts';
import { mapNumber, setMap } from './maps.ts';
import { ensureReadable, slotAt } from './stack.ts';
import { Byte, SCALAR, setBytes } from './view.ts';

const LOAD = formNamed('ldxdw');
const SAMPLE_BYTES = 8;
const MIX = 31;

/** user_ringbuf_drain(map, drainer, slot, flags). */
export function lowerDrain(frame: Frame, fragment: FragmentOf<'drain'>): void {
  const { by, callee, slot, flags } = fragment;
  const map = mapNumber(frame, fragment.map, ({ spec }) => spec.type === 'user_ringbuf');
  const target = calleeOf(frame, callee, 'drainer');
  if (map === undefined || target === undefined) return;
  const { asm, view } = frame;
  const done = frame.functionEffects(target);
  const at = slotAt(slot, 8);
  ensureReadable(frame, at, 8);
  setBytes(view.stack, Byte.MAYBE_ZERO, at, at + 8);
  setMap(frame, 1, map, by);
  asm.address(2, target);
  stackPointer(frame, 3, frame.stackBase + at);
  asm.emit(F.movK, { dst: 4, imm: flags });
  callHelper(frame, 'user_ringbuf_drain');
  noteCallOf(frame, done, CALLBACK_WALKS);
}

/** A drainer begins by reading its sample: what it finds goes to the stack, and into the slot. */
export function lowerSample(frame: Frame): void {
  const { asm, view } = frame;
  const slot = view.regs[2];
  ensureReadable(frame, 0, SAMPLE_BYTES);
  asm.emit(F.movX, { dst: SLOT_REG, src: 2 });
  asm.emit(F.movX, { dst: 3, src: 1 });
  stackPointer(frame, 1, frame.stackBase);
  asm.emit(F.movK, { dst: 2, imm: SAMPLE_BYTES });
  asm.emit(F.movK, { dst: 4, imm: 0 });
  asm.emit(F.movK, { dst: 5, imm: 0 });
  callHelper(frame, 'dynptr_read');
  stackPointer(frame, 2, frame.stackBase);
  asm.emit(LOAD, { dst: 1, src: 2 });
  asm.emit(LOAD, { dst: 2, src: SLOT_REG });
  asm.emit(F.mulK, { dst: 2, imm: MIX });
  asm.emit(F.addX, { dst: 1, src: 2 });
  asm.emit(F.stxdw, { dst: SLOT_REG, src: 1 });
  view.regs[SLOT_REG] = slot;
  view.regs[1] = SCALAR;
  view.regs[2] = SCALAR;
}

/** A drainer has no ctx, which others keep there. */
const SLOT_REG = 6;
