import { formNamed } from '../../src/isa/forms.ts';
import type { FragmentOf } from '../plan.ts';
import { lowerMapCallback } from './call.ts';
import { callHelper, F, type Frame, stackPointer } from './frame.ts';
import { ensureReadable } from './stack.ts';
import { SCALAR } from './view.ts';

const LOAD = formNamed('ldxdw');
const SAMPLE_BYTES = 8;
const MIX = 31;

/** user_ringbuf_drain(map, drainer, slot, flags). */
export const lowerDrain = (frame: Frame, fragment: FragmentOf<'drain'>): void =>
  lowerMapCallback(frame, fragment, {
    helper: 'user_ringbuf_drain',
    role: 'drainer',
    takes: ({ type }) => type === 'user_ringbuf',
  });

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
