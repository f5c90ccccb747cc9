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
  ): void {
    cases++;
    runs += testCase.runs.length;
    for (const [i, outcome] of outcomes.entries()) countOutcome(counts[i], outcome);
    if (comparisons.some(({ kind }) => kind === 'diverge')) divergences++;
    const executed = outcomes.map((outcome) => executedForms(testCase, outcome));
    for (const [i, mine] of pairsOfTarget.entries()) {
      const compared = mine.filter((p) => comparisons[p].kind !== 'incomparable');
      if (compared.length > 0) counts[i].compared++;
      else if (mine.length > 0 && outcomes[i].kind !== 'unsupported') counts[i].incomparable++;
      if (compared.length > 0) countForms(forms[i], executed[pairs[compared[0]][0]]);
    }
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
        targets.map(({ name, info: { kernel, engine, linux } }, i) => [
          name,
          {
            kernel,
            arch: linux.arch,
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

/** The forms that an emulator has executed; none for a kernel, which does not tell. */
const executedForms = (testCase: Case, outcome: Outcome): ReadonlySet<string> =>
  outcome.kind === 'completed' && outcome.executed !== undefined
    ? formsUsed(testCase, outcome.executed)
    : NO_FORMS;

const NO_FORMS: ReadonlySet<string> = new Set();

function countForms(counts: Map<string, number>, names: ReadonlySet<string>): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}
