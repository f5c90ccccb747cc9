import { disassemble } from '../isa/disassemble.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';

/** A line of a prog: an insn with its slot, or the label of the insn that comes next. */
export interface ProgRow {
  readonly kind: 'insn' | 'label';
  /** Of the insn, or of the one behind the label. */
  readonly index: number;
  readonly slot: number;
  readonly text: string;
}

/** A prog line by line, each label before the insn that it names. */
export function progRows(insns: readonly Insn[]): readonly ProgRow[] {
  if (insns.length === 0) return [];
  const slots = slotIndex(insns);
  let next = 0;
  return disassemble(insns, 'labels')
    .split('\n')
    .map((text) => {
      const kind = LABEL.test(text) ? 'label' : 'insn';
      const index = kind === 'insn' ? next++ : next;
      return { kind, index, slot: slots[index], text };
    });
}

/** A prog as lines, each insn behind its slot. */
export const progLines = (insns: readonly Insn[]): readonly string[] =>
  progRows(insns).map(progLine);

/** One of them. */
export const progLine = ({ kind, slot, text }: ProgRow): string =>
  kind === 'label' ? `      ${text}` : `${slot.toString().padStart(4)}  ${text}`;

const LABEL = /^\S+:$/;
