import type { Case } from '../case/case.ts';
import { withoutDeadInsns } from '../isa/dead-insns.ts';
import { effectsOf, maskOf } from '../isa/effects.ts';
import { formOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { R10 } from '../isa/opcode.ts';
import { keepInsns } from '../isa/rewrite.ts';
import { towardsZero } from './numbers.ts';
import { withProgs } from './with-progs.ts';

/**
 * Cases in which `dst = src` is gone, and one of the two registers stands for the other: behind it until
 * `dst` has another value, or everywhere.
 */
export const withMovesForwarded = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    for (const [i, { dst, src }] of insns.entries()) {
      if (!isMove(insns[i])) continue;
      const without = (renamed: readonly Insn[]): readonly Insn[] =>
        withoutDeadInsns(
          keepInsns(
            renamed,
            renamed.map((_, j) => j !== i),
          ),
        );
      yield without(insns);
      yield without(forwarded(insns, i));
      yield without(insns.map((insn) => renamed(insn, dst, src)));
      yield without(insns.map((insn) => renamed(insn, src, dst)));
    }
  });

/** Cases in which a register is a lower one, throughout its prog. */
export const withLowerRegs = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    for (let from = R10 - 1; from > 0; from--) {
      if (!insns.some((insn) => names(insn, from))) continue;
      for (let to = 0; to < from; to++) yield insns.map((insn) => renamed(insn, from, to));
    }
  });

/** Cases in which what lies at one offset from a register lies nearer, throughout its prog. */
export const withSmallerOffsets = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    for (const offset of new Set(insns.map(offsetOf))) {
      if (offset === undefined || offset === 0) continue;
      for (const near of [0, -8, ...[...towardsZero(BigInt(offset))].map(Number)]) {
        yield insns.map((insn) => (offsetOf(insn) === offset ? { ...insn, off: near } : insn));
      }
    }
  });

const isMove = (insn: Insn): boolean => {
  const name = formOf(insn)?.name;
  return (name === 'mov64.x' || name === 'mov32.x') && insn.src !== R10;
};

/** Reads of `dst` of the move at `index` are reads of its `src`, down to where it is written. */
function forwarded(insns: readonly Insn[], index: number): readonly Insn[] {
  const { dst, src } = insns[index];
  let end = index + 1;
  while (end < insns.length && !(effectsOf(insns[end]).writes & maskOf(dst))) end++;
  return insns.map((insn, i) => (i > index && i < end ? renamed(insn, dst, src) : insn));
}

/** The insn with `to` wherever it names `from`, as far as its fields name registers. */
function renamed(insn: Insn, from: number, to: number): Insn {
  const form = formOf(insn);
  const dst = form?.dst === 'reg' && insn.dst === from ? to : insn.dst;
  const src = form?.src === 'reg' && insn.src === from ? to : insn.src;
  return dst === insn.dst && src === insn.src ? insn : { ...insn, dst, src };
}

const names = (insn: Insn, reg: number): boolean => renamed(insn, reg, R10 + 1) !== insn;

/** Of insns that access memory. */
function offsetOf(insn: Insn): number | undefined {
  switch (formOf(insn)?.kind) {
    case 'load':
    case 'store':
    case 'atomic':
    case 'load_acq':
    case 'store_rel':
      return insn.off;
    default:
      return undefined;
  }
}
