import { LOCAL_STORAGES } from '../../src/case/map-type.ts';
import { formNamed } from '../../src/isa/forms.ts';
import type { LocalStorageFragment } from '../local-storage.ts';
import { callHelper, dropValues, F, type Frame, stackPointer, valueRoom } from './frame.ts';
import { withSocket } from './ksyms.ts';
import { mapNumber, setMap, storeBytes } from './maps.ts';
import { NONE, SCALAR } from './view.ts';

const LOAD_BYTE = formNamed('ldxb');

/** Has a value of the skb's socket, or of the task, and leaves one of its bytes in r0. */
export function lowerLocalStorage(frame: Frame, fragment: LocalStorageFragment): void {
  const number = mapNumber(frame, fragment.map, ({ spec }) => LOCAL_STORAGES.has(spec.type));
  if (number === undefined) return;
  if (frame.plan.maps[number].spec.type === 'sk_storage') {
    withSocket(frame, fragment.src, () => use(frame, number, fragment, 'sk_storage'));
  } else {
    callHelper(frame, 'get_current_task_btf');
    use(frame, number, fragment, 'task_storage');
  }
}

/** The owner is in r0. */
function use(
  frame: Frame,
  number: number,
  { by, op, flags, begun, off, src }: LocalStorageFragment,
  type: 'sk_storage' | 'task_storage',
): void {
  const { asm, view, effects } = frame;
  const { valueBytes } = frame.plan.maps[number].spec;
  asm.emit(F.movX, { dst: 2, src: 0 });
  setMap(frame, 1, number, by);
  if (op === 'delete') {
    callHelper(frame, `${type}_delete`);
    dropValues(frame, number);
    return;
  }
  if (begun === 0) asm.emit(F.movK, { dst: 3, imm: 0 });
  else {
    storeBytes(
      frame,
      valueRoom(frame),
      Uint8Array.from({ length: valueBytes }, (_, i) => off + i),
    );
    stackPointer(frame, 3, valueRoom(frame));
  }
  asm.emit(F.movK, { dst: 4, imm: flags });
  callHelper(frame, `${type}_get`);
  view.regs[0] = NONE;
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks++;
  const at = off % valueBytes;
  if (op === 'store') asm.emit(F.stb, { dst: 0, off: at, imm: src });
  asm.emit(LOAD_BYTE, { dst: 0, src: 0, off: at });
  asm.emit(F.addK, { dst: 0, imm: 1 });
  asm.place(end);
  view.regs[0] = SCALAR;
}
