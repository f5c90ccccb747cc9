import type { FormOf } from '../../src/isa/forms.ts';
import type { FragmentOf } from '../plan.ts';
import { F, type Frame, ownScalar, scalar, writable } from './frame.ts';
import { SCALAR } from './view.ts';

export function lowerAlu(frame: Frame, { form, dst, src, imm }: FragmentOf<'alu'>): void {
  const { asm, view } = frame;
  if (form.kind === 'end') {
    asm.emit(form, { dst: ownScalar(frame, dst) });
  } else if (form.kind === 'movsx' || form.op.name === 'mov') {
    const from = form.src === 'reg' ? scalar(frame, src) : 0;
    const to = writable(frame, dst);
    asm.emit(form, { dst: to, src: from, imm });
    view.regs[to] = SCALAR;
  } else {
    const to = ownScalar(frame, dst);
    const from = form.operand === 'x' ? scalar(frame, src) : 0;
    asm.emit(form, { dst: to, src: from, imm: allowedImm(form, imm) });
  }
}

export function lowerConst(frame: Frame, { dst, value }: FragmentOf<'const'>): void {
  const to = writable(frame, dst);
  emitConst(frame, to, value);
  frame.view.regs[to] = SCALAR;
}

/** `dst` = 64 bits. */
export function emitConst({ asm }: Frame, dst: number, value: bigint): void {
  HALVES.setBigUint64(0, value);
  asm.emit(F.lddw, { dst, imm: HALVES.getInt32(4), nextImm: HALVES.getInt32(0) });
}

/** `dst` = a whole number of up to 53 bits. */
export function emitNumber(frame: Frame, dst: number, value: number): void {
  if (value === (value | 0)) frame.asm.emit(F.movK, { dst, imm: value });
  else emitConst(frame, dst, BigInt(value));
}

/** Room to take 64 bits apart, which arithmetic on `bigint` does slowly. */
const HALVES = new DataView(new ArrayBuffer(8));

/** The immediate, brought into what the operation takes. */
function allowedImm({ op, bits }: FormOf<'alu'>, imm: number): number {
  if (op.imm === 'shift') return imm & (bits - 1);
  return op.imm === 'nonzero' && imm === 0 ? 1 : imm;
}
