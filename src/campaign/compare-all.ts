import { setImmediate } from 'node:timers/promises';
import type { Case } from '../case/case.ts';
import {
  type Comparison,
  compareOutcomes,
  type Divergence,
  type DivergenceClass,
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
  const [ofA, ofB] = await Promise.all([answersOf(a, b, cases), answersOf(b, a, cases)]);
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
async function answersOf(
  target: Target,
  other: Target,
  cases: readonly Case[],
): Promise<readonly Outcome[]> {
  if (isEmulator(target) && !isEmulator(other)) await setImmediate();
  return target.execute(cases);
}

const isEmulator = ({ info }: Target): boolean => info.engine === 'emulator';

/**
 * Says of smaller cases whether the two targets disagree on them as they do in `divergence`. Emulators are asked
 * first, one after the other in the order of `emulators`; where the answer of one alone shows that they don't, no
 * other is asked.
 */
export function showing(
  divergence: Divergence,
  pair: readonly [Target, Target],
  isSteady: IsSteady,
  emulators: readonly Target[] = pair.filter(isEmulator),
): Holds {
  const remembered = new Map(emulators.map((emulator) => [emulator, remembering(emulator)]));
  const asked = pair.map((target) => remembered.get(target) ?? target) as [Target, Target];
  const canShow = (outcome: Outcome): boolean => !OF_RUNS.has(divergence.class) || begins(outcome);

  return async (candidates) => {
    const can = new Set(candidates);
    for (const emulator of remembered.values()) {
      const left = [...can];
      for (const [i, outcome] of (await emulator.execute(left)).entries()) {
        if (!canShow(outcome)) can.delete(left[i]);
      }
    }
    const left = [...can];
    const compared = await compareAll(left, asked, isSteady);
    const shown = new Set(left.filter((_, i) => shows(compared[i])));
    return candidates.map((candidate) => shown.has(candidate));
  };

  function shows({ comparison, steady }: Compared): boolean {
    return steady && comparison.kind === 'diverge' && sameKind(comparison, divergence);
  }
}

/** Classes of divergence that are looked for behind that of an emulator that has fallen over, run by run. */
const OF_RUNS: ReadonlySet<DivergenceClass> = new Set(['errno', 'retval', 'data', 'ctx', 'map']);

/** Whether the first run comes to an end. */
const begins = (outcome: Outcome): boolean =>
  outcome.kind !== 'completed' || outcome.runs[0]?.fault === undefined;

/** Emulators are asked for the same cases twice. */
function remembering(target: Target): Target {
  const known = new WeakMap<Case, Outcome>();
  return {
    ...target,
    execute: async (cases) => {
      const fresh = cases.filter((testCase) => !known.has(testCase));
      const outcomes = await target.execute(fresh);
      for (const [i, testCase] of fresh.entries()) known.set(testCase, outcomes[i]);
      return cases.map((testCase) => known.get(testCase)!);
    },
  };
}
