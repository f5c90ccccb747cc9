import type { Case } from '../case/case.ts';
import type { Comparison } from '../compare/compare.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { Progress, TargetCounts, TargetSummary } from './events.ts';
import type { Pair } from './pairs.ts';
import {
  createReachCounter,
  type ReachedByProgs,
  reachedByAnswer,
  reachedByVerifier,
} from './reach.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The counts of a campaign. Its size does not depend on how many cases were counted. */
export interface Tally {
  /** Counts what each target did with a case, and what it reached: `byProgs` of each target's outcome. */
  addCase(
    testCase: Case,
    outcomes: readonly Outcome[],
    comparisons: readonly Comparison[],
    byProgs: readonly (ReachedByProgs | undefined)[],
  ): void;
  /** The case that was added last diverged by what is known alone: it doesn't count as a divergence. */
  addKnown(): void;
  progress(elapsedMs: number): Progress;
  targets(): Readonly<Record<string, TargetSummary>>;
  excused(): Readonly<Record<string, number>>;
}

export function createTally(targets: readonly Target[], pairs: readonly Pair[]): Tally {
  const counts = targets.map(emptyCounts);
  const reach = targets.map(createReachCounter);
  const pairsOfTarget = targets.map((_, i) =>
    [...pairs.keys()].filter((p) => pairs[p].includes(i)),
  );
  const excused = new Map<string, number>();
  let cases = 0;
  let runs = 0;
  let divergences = 0;

  function addCase(
    testCase: Case,
    outcomes: readonly Outcome[],
    comparisons: readonly Comparison[],
    byProgs: readonly (ReachedByProgs | undefined)[],
  ): void {
    cases++;
    runs += testCase.runs.length;
    for (const [i, outcome] of outcomes.entries()) countOutcome(counts[i], outcome);
    if (comparisons.some(({ kind }) => kind === 'diverge')) divergences++;
    for (const [i, mine] of pairsOfTarget.entries()) {
      reach[i].add(reachedByVerifier(outcomes[i]));
      const compared = mine.filter((p) => comparisons[p].kind !== 'incomparable');
      if (compared.length > 0) counts[i].compared++;
      else if (mine.length > 0 && outcomes[i].kind !== 'unsupported') counts[i].incomparable++;
      if (compared.length === 0) continue;
      const [emulator] = pairs[compared[0]];
      reach[i].add(reachedByAnswer(testCase, outcomes[i]));
      reach[i].add(byProgs[emulator] ?? {});
    }
    for (const comparison of comparisons) {
      if (comparison.kind !== 'incomparable') continue;
      excused.set(comparison.rule, (excused.get(comparison.rule) ?? 0) + 1);
    }
  }

  return {
    addCase,
    addKnown: () => {
      divergences--;
    },
    progress: (elapsedMs) => ({
      cases,
      runs,
      elapsedMs,
      casesPerSecond: elapsedMs === 0 ? 0 : (cases * 1000) / elapsedMs,
      divergences,
      targets: Object.fromEntries(
        targets.map(({ name }, i) => [name, { ...counts[i], restarted: targets[i].restarts() }]),
      ),
    }),
    targets: () =>
      Object.fromEntries(
        targets.map(({ name, info: { kernel, engine, linux } }, i) => [
          name,
          {
            kernel,
            arch: linux.arch,
            engine,
            ...counts[i],
            restarted: targets[i].restarts(),
            reach: reach[i].counts(),
          },
        ]),
      ),
    excused: () => Object.fromEntries(excused),
  };
}

function emptyCounts(): Mutable<TargetCounts> {
  return {
    accepted: 0,
    rejected: 0,
    compared: 0,
    incomparable: 0,
    unsupported: 0,
    crashed: 0,
    hung: 0,
    restarted: 0,
  };
}

function countOutcome(counts: Mutable<TargetCounts>, outcome: Outcome): void {
  if (outcome.kind === 'completed') counts[outcome.load.verdict]++;
  else counts[outcome.kind]++;
}
