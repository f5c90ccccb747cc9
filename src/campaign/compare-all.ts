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
  readonly steady: boolean;
}

/** The cases on both targets, in the same order. */
export async function compareAll(
  cases: readonly Case[],
  [a, b]: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<readonly Compared[]> {
  const [ofA, ofB, steady] = await allAtOnce(cases, [a, b], isSteady);
  return cases.map((testCase, i) => {
    const observed = [observedBy(a, ofA[i]), observedBy(b, ofB[i])] as const;
    return { observed, comparison: compareOutcomes(testCase, ...observed), steady: steady[i] };
  });
}

/** Says of smaller cases whether the two targets disagree on them as they do in `divergence`. */
export const showing =
  (divergence: Divergence, pair: readonly [Target, Target], isSteady: IsSteady): Holds =>
  async (candidates) =>
    (await compareAll(candidates, pair, isSteady)).map(
      ({ comparison, steady }) =>
        steady && comparison.kind === 'diverge' && sameKind(comparison, divergence),
    );

/** Emulators take this process: kernels have the cases before they begin. */
async function allAtOnce(
  cases: readonly Case[],
  pair: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<readonly [readonly Outcome[], readonly Outcome[], readonly boolean[]]> {
  const answers = pair.map(async (target) => {
    if (target.info.engine === 'emulator') await setImmediate();
    return target.execute(cases);
  });
  const steadiness = setImmediate().then(() => isSteady(cases));
  const [ofA, ofB, steady] = await Promise.all([answers[0], answers[1], steadiness]);
  return [ofA, ofB, steady];
}
