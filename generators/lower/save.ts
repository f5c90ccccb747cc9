import { formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import type { ProgPlan } from '../plan.ts';
import { emitExit, setResult } from './control.ts';
import { F, type Frame, LOAD, scalar } from './frame.ts';
import { savedMapNumber } from './saved-map.ts';
import { Byte, REGS_USABLE, readable, SCALAR, SLOT_BYTES, type View } from './view.ts';

const ADD = formNamed('add.dw');
const SAVED_VALUE = formNamed('lddw.map_val_by_fd');

/** Stores or adds what is set into the map, so that a wrong value anywhere is seen. */
export function saveAndExit(frame: Frame): void {
  const { asm, view, plan, prog } = frame;
  const { savedRegs, addedRegs, savedSlots, result } = prog;
  const saved = scalarsOf(view, savedRegs);
  const chunks = savedChunks(view.stack, savedSlots);
  if (saved.length + chunks.length === 0) {
    setResult(frame, result);
    emitExit(frame);
    return;
  }
  const from = scalar(frame, result);
  // The register of the ctx is never a scalar in this frame, and not needed any more.
  const base = frame.ctxReg;
  asm.emit(SAVED_VALUE, { dst: base, imm: savedMapNumber(plan), nextImm: 0 });
  for (const reg of saved) {
    const form = lacksBit(addedRegs, reg) ? F.stxdw : ADD;
    asm.emit(form, { dst: base, src: reg, off: 8 * reg });
  }
  if (from !== 0) asm.emit(F.movX, { dst: 0, src: from });
  for (const { at, bytes } of chunks) {
    asm.emit(LOAD[bytes], { dst: 1, src: R10, off: frame.stackBase + at });
    asm.emit(STORE[bytes], { dst: base, src: 1, off: 8 * REGS_USABLE + at });
  }
  emitExit(frame);
}

/** Whether two progs store the same where so much is known at the end. */
export function savesTheSame(a: ProgPlan, b: ProgPlan, { regs, stack }: View): boolean {
  const otherRegs = (a.savedRegs ^ b.savedRegs) | (a.savedRegs & (a.addedRegs ^ b.addedRegs));
  const otherSlots = a.savedSlots ^ b.savedSlots;
  return (
    regs.every((state, reg) => state !== SCALAR || lacksBit(otherRegs, reg)) &&
    stack.every((state, slot) => state === Byte.UNSET || lacksBit(otherSlots, slot))
  );
}

const lacksBit = (mask: number, bit: number): boolean => (mask & (1 << bit)) === 0;

type Chunk = 1 | 2 | 4 | 8;
const STORE = {
  1: formNamed('stxb'),
  2: formNamed('stxh'),
  4: formNamed('stxw'),
  8: formNamed('stxdw'),
};

/** The bytes of the slots named that are set, in the largest aligned pieces. */
function savedChunks(stack: readonly number[], slots: number) {
  const chunks: { at: number; bytes: Chunk }[] = [];
  for (let slot = 0; slot < stack.length; slot++) {
    if ((slots & (1 << slot)) === 0 || stack[slot] === Byte.UNSET) continue;
    for (let at = SLOT_BYTES * slot; at < SLOT_BYTES * (slot + 1); ) {
      const bytes = readableChunk(stack, at);
      if (bytes !== undefined) chunks.push({ at, bytes });
      at += bytes ?? 1;
    }
  }
  return chunks;
}

/** The largest aligned piece there that can be read. */
function readableChunk(stack: readonly number[], at: number): Chunk | undefined {
  if (!readable(stack, at, 1)) return undefined;
  if (at % 8 === 0 && readable(stack, at, 8)) return 8;
  if (at % 4 === 0 && readable(stack, at, 4)) return 4;
  return at % 2 === 0 && readable(stack, at, 2) ? 2 : 1;
}

/** The registers of the mask that hold scalars. */
export function scalarsOf({ regs }: View, mask: number): readonly number[] {
  const found: number[] = [];
  for (let reg = 0; reg < REGS_USABLE; reg++) {
    if (regs[reg] === SCALAR && (mask & (1 << reg)) !== 0) found.push(reg);
  }
  return found;
}
