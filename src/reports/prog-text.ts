import { disassemble } from '../isa/disassemble.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';

/** A prog as lines, each insn behind its slot and each label before the insn it names. */
export function progLines(insns: readonly Insn[]): readonly string[] {
  if (insns.length === 0) return [];
  const slots = slotIndex(insns);
  let index = 0;
  return disassemble(insns, 'labels')
    .split('\n')
    .map((line) => (LABEL.test(line) ? `      ${line}` : `${slotText(slots[index++])}  ${line}`));
}

const LABEL = /^\S+:$/;

const slotText = (slot: number): string => slot.toString().padStart(4);
