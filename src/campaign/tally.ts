import type { Case } from '../case/case.ts';
import { formsUsed } from '../case/forms-used.ts';
import type { Comparison } from '../compare/compare.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { Progress, TargetCounts, TargetSummary } from './events.ts';
import type { Pair } from './pairs.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The counts of a campaign. Its size does not depend on how many cases were counted. */
export interface Tally {
  /** Counts what each target did with a case, and the forms it executed. */
  addCase(testCase: Case, outcomes: readonly Outcome[], comparisons: readonly Comparison[]): void;
  progress(elapsedMs: number): Progress;
  targets(): Readonly<Record<string, TargetSummary>>;
  excused(): Readonly<Record<string, number>>;
}

export function createTally(targets: readonly Target[], pairs: readonly Pair[]): Tally {
  const counts = targets.map(emptyCounts);
  const forms = targets.map(() => new Map<string, number>());
  const excused = new Map<string, number>();
  let cases = 0;
  let runs = 0;
  let divergences = 0;

  function addCase(
    testCase: Case,
    outcomes: readonly Outcome[],
    comparisons: readonly Comparison[],
  ): void {
    cases++;
    runs += testCase.runs.length;
    for (const [i, outcome] of outcomes.entries()) countOutcome(counts[i], outcome);
    if (comparisons.some(({ kind }) => kind === 'diverge')) divergences++;
    const comparedForms = formsByTarget(testCase, outcomes, comparisons, pairs);
    targets.forEach((_, i) => {
      const mine = comparisons.filter((_c, p) => pairs[p].includes(i));
      if (mine.some(({ kind }) => kind !== 'incomparable')) counts[i].compared++;
      else if (mine.length > 0 && outcomes[i].kind !== 'unsupported') counts[i].incomparable++;
      for (const name of comparedForms[i]) forms[i].set(name, (forms[i].get(name) ?? 0) + 1);
    });
    for (const comparison of comparisons) {
      if (comparison.kind !== 'incomparable') continue;
      excused.set(comparison.rule, (excused.get(comparison.rule) ?? 0) + 1);
    }
  }

  return {
    addCase,
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
        targets.map(({ name, info: { kernel, arch, engine } }, i) => [
          name,
          {
            kernel,
            arch,
            engine,
            ...counts[i],
            restarted: targets[i].restarts(),
            forms: Object.fromEntries([...forms[i]].sort(([a], [b]) => (a < b ? -1 : 1))),
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

/** For each target, the forms that an emulator executed in a case that was compared with it. */
function formsByTarget(
  testCase: Case,
  outcomes: readonly Outcome[],
  comparisons: readonly Comparison[],
  pairs: readonly Pair[],
): readonly ReadonlySet<string>[] {
  const executed = outcomes.map((outcome) =>
    outcome.kind === 'completed' && outcome.executed !== undefined
      ? formsUsed(testCase, outcome.executed)
      : undefined,
  );
  const forms = outcomes.map(() => new Set<string>());
  for (const [p, comparison] of comparisons.entries()) {
    if (comparison.kind === 'incomparable') continue;
    const [a, b] = pairs[p];
    for (const name of executed[a] ?? []) {
      forms[a].add(name);
      forms[b].add(name);
    }
  }
  return forms;
}
