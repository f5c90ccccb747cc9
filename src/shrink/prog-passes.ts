import type { Case } from '../case/case.ts';
import { withoutDeadInsns } from '../isa/dead-insns.ts';
import { formOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { keepInsns, targetIndexes, withoutUnreachable } from '../isa/rewrite.ts';
import { type Chunk, chunksOf, withEach } from './chunks.ts';
import { towardsZero } from './numbers.ts';
import { withProgs } from './with-progs.ts';

/** Cases in which some insns of one prog are gone. */
export function* withFewerInsns(testCase: Case): Iterable<Case> {
  yield* withProgs(testCase, function* (insns) {
    const last = insns.length - 1;
    // The last insn is the exit that nearly every prog needs: all in front of it may go at once.
    for (const chunk of chunksOf(last)) yield* without(insns, chunk);
    yield* without(insns, { from: last, to: last + 1 });
  });
}

/** Cases in which a jump forward, and all that it jumps over, is gone. */
export function* withJumpsTaken(testCase: Case): Iterable<Case> {
  yield* withProgs(testCase, function* (insns) {
    for (const [from, to] of targetIndexes(insns).entries()) {
      const kind = formOf(insns[from])?.kind;
      const jumps = kind === 'jump' || kind === 'goto' || kind === 'may_goto';
      if (jumps && to !== undefined && to > from + 1) yield* without(insns, { from, to });
    }
  });
}

/** Cases in which an immediate is nearer to 0. */
export const withSmallerImmediates = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, (insns) => withEach(insns, smallerImmediates));

/** First without all that is in vain then as well; last as it is, for the sake of the verifier's own rules. */
function* without(insns: readonly Insn[], { from, to }: Chunk): Iterable<readonly Insn[]> {
  const left = keepInsns(
    insns,
    insns.map((_, i) => i < from || i >= to),
  );
  const reachable = withoutUnreachable(left);
  const useful = withoutDeadInsns(reachable);
  const fewest = new Set([useful, reachable, left]);
  for (const insnsLeft of fewest) if (insnsLeft.length > 0) yield insnsLeft;
}

function* smallerImmediates(insn: Insn): Iterable<Insn> {
  if (!hasPlainImmediate(insn)) return;
  const { nextImm } = insn;
  if (nextImm !== undefined) {
    for (const smaller of towardsZero(BigInt(nextImm))) yield { ...insn, nextImm: Number(smaller) };
  }
  for (const smaller of towardsZero(BigInt(insn.imm))) yield { ...insn, imm: Number(smaller) };
}

/** Whether `imm` is a value, and not a distance, a helper, a map or a part of the operation. */
function hasPlainImmediate(insn: Insn): boolean {
  const form = formOf(insn);
  switch (form?.kind) {
    case 'alu':
    case 'jump':
    case 'store':
    case 'packet':
      return form.imm === 'any';
    case 'lddw':
      return form.pseudo === 'imm';
    default:
      return false;
  }
}
