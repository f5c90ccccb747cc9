import { formOf } from '../../src/isa/forms.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { OPCODE_LDDW, REGS } from '../../src/isa/opcode.ts';
import { keepInsns, rewriteInsns, withoutUnreachable } from '../../src/isa/rewrite.ts';

/**
 * Changes of a prog that was valid: each takes an insn and a number to change it by. Most of what comes
 * out is refused, some only where the insn mattered.
 */
export const ALTERATIONS = {
  /** Another register is written, or is the address. */
  dst: changing(hasDst, (insn, by) => ({ ...insn, dst: otherReg(insn.dst, by) })),
  src: changing(hasSrc, (insn, by) => ({ ...insn, src: otherReg(insn.src, by) })),
  /** A little beside where it accessed. */
  off: changing(isAccess, (insn, by) => ({
    ...insn,
    off: int16(insn.off + STEPS[by % STEPS.length]),
  })),
  imm: changing(hasImm, (insn, by) => ({
    ...insn,
    imm: (insn.imm + STEPS[by % STEPS.length]) | 0,
  })),
  /** A number at the edge of a range, for one that was another. */
  edge: changing(hasImm, (insn, by) => ({ ...insn, imm: EDGES[by % EDGES.length] })),
  /** Another operation, width or size, or none. */
  opcode: changing(isAny, (insn, by) => withOpcode(insn, insn.opcode ^ (1 << (by % 8)))),
  target: changing(isJump, (insn, by) => ({
    ...insn,
    off: int16(insn.off + STEPS[by % STEPS.length]),
  })),
  /** What it set, checked or released is missing. */
  dropped: (insns, at) =>
    withoutUnreachable(
      keepInsns(
        insns,
        insns.map((_, i) => i !== at % insns.length),
      ),
    ),
  twice: (insns, at) =>
    rewriteInsns(insns, (insn, i) => (i === at % insns.length ? [insn, { ...insn }] : [insn])),
  /** The prog ends there. */
  cut: (insns, at) =>
    keepInsns(
      insns,
      insns.map((_, i) => i <= at % insns.length),
    ),
  swapped: (insns, at) => {
    const first = at % insns.length;
    const next = insns[first + 1];
    if (next === undefined) return insns;
    return rewriteInsns(insns, (insn, i) =>
      i === first ? [{ ...next }, insn] : i === first + 1 ? [] : [insn],
    );
  },
} as const satisfies Readonly<Record<string, Alter>>;

export type AlterationName = keyof typeof ALTERATIONS;

type Alter = (insns: readonly Insn[], at: number, by: number) => readonly Insn[];

/** The insn with another opcode, but none of two slots made of one. */
export function withOpcode({ nextImm: _, ...insn }: Insn, opcode: number): Insn {
  return { ...insn, opcode: opcode === OPCODE_LDDW ? insn.opcode : opcode };
}

/** Changes one of the insns that it is for, the next one from `at` on; none where there is none. */
function changing(suits: (insn: Insn) => boolean, change: (insn: Insn, by: number) => Insn): Alter {
  return (insns, at, by) => {
    const suited = insns.flatMap((insn, i) => (suits(insn) ? [i] : []));
    if (suited.length === 0) return insns;
    const chosen = suited[at % suited.length];
    return insns.map((insn, i) => (i === chosen ? change(insn, by) : insn));
  };
}

const STEPS = [1, -1, 2, 4, 8, -8, 16, 64, 512, -4, 4096];
const EDGES = [0, -1, 1, 31, 32, 63, 64, 0x7fffffff, -0x80000000, 0xffff, 0x10000, 511, 513];

const int16 = (value: number): number => (value << 16) >> 16;
const otherReg = (reg: number, by: number): number => (reg + 1 + (by % (REGS - 1))) % REGS;

function isAny(): boolean {
  return true;
}
function hasDst(insn: Insn): boolean {
  return formOf(insn)?.dst === 'reg';
}
function hasSrc(insn: Insn): boolean {
  return formOf(insn)?.src === 'reg';
}
function hasImm(insn: Insn): boolean {
  const form = formOf(insn);
  return (
    form?.imm === 'any' && form.kind !== 'call' && form.kind !== 'lddw' && form.kind !== 'goto'
  );
}
function isAccess(insn: Insn): boolean {
  const kind = formOf(insn)?.kind;
  return kind !== undefined && ACCESSES.has(kind);
}
function isJump(insn: Insn): boolean {
  const kind = formOf(insn)?.kind;
  return kind === 'jump' || kind === 'goto' || kind === 'may_goto';
}

const ACCESSES: ReadonlySet<string> = new Set(['load', 'store', 'atomic', 'load_acq', 'store_rel']);
