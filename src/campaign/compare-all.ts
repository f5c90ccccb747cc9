import { setImmediate } from 'node:timers/promises';
import type { Case } from '../case/case.ts';
import {
  type Comparison,
  compareOutcomes,
  type Divergence,
  type Observed,
} from '../compare/compare.ts';
import type { Holds } from '../shrink/shrink.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { IsSteady } from './investigate.ts';
import { observedBy } from './observed-by.ts';
import { sameKind } from './same-kind.ts';

/** What two targets make of a case. */
export interface Compared {
  readonly comparison: Comparison;
  /** In the order of the two targets. */
  readonly observed: readonly [Observed, Observed];
  /** True of those that don't diverge. */
  readonly steady: boolean;
}

/** The cases on both targets, in the same order. Whether an answer is steady is asked where they diverge. */
export async function compareAll(
  cases: readonly Case[],
  [a, b]: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<readonly Compared[]> {
  const [ofA, ofB] = await Promise.all([a, b].map((target) => answersOf(target, cases)));
  const compared = cases.map((testCase, i) => {
    const observed = [observedBy(a, ofA[i]), observedBy(b, ofB[i])] as const;
    return { testCase, observed, comparison: compareOutcomes(testCase, ...observed) };
  });
  const diverging = compared.filter(({ comparison }) => comparison.kind === 'diverge');
  const steadiness = (await isSteady(diverging.map(({ testCase }) => testCase))).values();
  return compared.map(({ observed, comparison }) => {
    const steady = comparison.kind !== 'diverge' || steadiness.next().value === true;
    return { observed, comparison, steady };
  });
}

/** Emulators take this process: kernels have the cases before they begin. */
async function answersOf(target: Target, cases: readonly Case[]): Promise<readonly Outcome[]> {
  if (target.info.engine === 'emulator') await setImmediate();
  return target.execute(cases);
}

/** Says of smaller cases whether the two targets disagree on them as they do in `divergence`. */
export const showing =
  (divergence: Divergence, pair: readonly [Target, Target], isSteady: IsSteady): Holds =>
  async (candidates) =>
    (await compareAll(candidates, pair, isSteady)).map(
      ({ comparison, steady }) =>
        steady && comparison.kind === 'diverge' && sameKind(comparison, divergence),
    );
