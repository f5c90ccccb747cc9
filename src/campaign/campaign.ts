import { setImmediate } from 'node:timers/promises';
import type { Case } from '../case/case.ts';
import {
  type Comparison,
  compareOutcomes,
  type DivergenceClass,
  type Observed,
} from '../compare/compare.ts';
import type { Shrinkable } from '../shrink/shrinkable.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { CampaignEvent, Limit, Summary } from './events.ts';
import {
  type FindChange,
  type IsSteady,
  investigate,
  type Locate,
  type RecordFinding,
  type RuleFor,
} from './investigate.ts';
import { observedBy } from './observed-by.ts';
import { type Pair, pairsOf } from './pairs.ts';
import { type AnsweredBatch, pipeline } from './pipeline.ts';
import type { StandIns } from './presumed-by.ts';
import { queued } from './queue.ts';
import { type Reached, reachedBy, reachedByProgs } from './reach.ts';
import { createTally } from './tally.ts';

export interface CampaignOptions {
  /** Provenance only: `next` draws from it. */
  readonly seed: string;
  readonly profile: string;
  readonly limit: Limit;
  /** The next generated case. */
  readonly next: () => Shrinkable;
  /**
   * Told of each case, in order, what the first emulator among the targets saw it reach; of kernels nothing, whose
   * answers are not the same each time. `next` is called for a batch when all cases of those up to four before
   * it were told of, so that cases may depend on it and still be the same for a seed.
   */
  readonly learn?: (start: Shrinkable, reached: Reached) => void;
  /** Kernels and emulators, ready. They stay the caller's to close. */
  readonly targets: readonly Target[];
  readonly isSteady: IsSteady;
  /** What stands in for targets while a case is made smaller; absent where nothing may. */
  readonly standIns?: StandIns;
  readonly findChange: FindChange;
  readonly locate: Locate;
  /**
   * Whether a divergence of a case that depends on chance counts as none: where progs may use what nobody has
   * set. Otherwise it is looked into, as something smaller may diverge for sure.
   */
  readonly unsteady?: 'excused';
  /** The rule by which a divergence is known already; it is counted apart, and is no finding. */
  readonly ruleFor?: RuleFor;
  /** Keeps cases on which all agree and that reached something first. Told of each batch, when it is examined. */
  readonly keep?: KeepReaching;
  /** Keeps a finding, shrunk and checked, and returns its id; undefined where it is known already. */
  readonly record: RecordFinding;
  readonly onEvent: (event: CampaignEvent) => void;
  /** Ends the campaign after what is under way; what was found stays. */
  readonly signal: AbortSignal;
  readonly findingsMax: number;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
}

/** Cases between which kernels that have answered get their next batch. */
const SLICE_CASES = 16;
/** Divergences that turn out to be known when they are shrunk take only so much of a campaign. */
const INVESTIGATIONS_PER_FINDING = 4;

/**
 * The loop: generate, execute, compare, and where targets diverge shrink and record. Emits events as
 * it goes, the summary last, and returns it. Rejects with `TargetFailedError` where a target is lost.
 */
export async function runCampaign(options: CampaignOptions): Promise<Summary> {
  const { limit, onEvent, signal } = options;
  const targets = options.targets.map(queued);
  const pairs = pairsOf(targets);
  const tally = createTally(targets, pairs);
  const emulator = targets.findIndex(({ info }) => info.engine === 'emulator');
  const startedMs = options.now();
  const elapsedMs = (): number => options.now() - startedMs;
  const progress = () => tally.progress(elapsedMs());
  const findings: string[] = [];
  let generated = 0;
  const explained = new Map<string, string | undefined>();
  const known: Record<string, number> = {};
  const causes: Record<string, number> = {};
  let divergenceNumber = 0;
  let investigations = 0;

  const full = (): boolean => findings.length >= options.findingsMax;
  function next(): Shrinkable | undefined {
    if (signal.aborted || full()) return undefined;
    if (limit.kind === 'time' ? elapsedMs() >= limit.ms : generated >= limit.cases)
      return undefined;
    generated++;
    return options.next();
  }

  /** The first pair that disagrees for a reason that isn't known stands for the others. */
  async function investigateFirst(
    start: Shrinkable,
    mine: readonly Outcome[],
    comparisons: readonly Comparison[],
  ): Promise<void> {
    const rules = new Set<string | undefined>();
    for (const [p, comparison] of comparisons.entries()) {
      if (comparison.kind !== 'diverge') continue;
      if (signal.aborted || full()) return;
      if (investigations >= options.findingsMax * INVESTIGATIONS_PER_FINDING) return;
      onEvent({ kind: 'progress', progress: progress() });
      const [a, b] = pairs[p];
      const found = {
        id: `d${++divergenceNumber}`,
        start,
        comparison,
        pair: [targets[a], targets[b]] as const,
        observed: [observedBy(targets[a], mine[a]), observedBy(targets[b], mine[b])] as const,
      };
      const result = await investigate(found, { ...options, everyone: targets, explained });
      rules.add(result.rule);
      for (const cause of result.causes) causes[cause] = (causes[cause] ?? 0) + 1;
      if (result.isKnown) continue;
      investigations++;
      if (result.finding !== undefined) findings.push(result.finding);
      return;
    }
    // Only where each pair that disagrees does so by a rule.
    if (rules.has(undefined)) return;
    for (const rule of rules) known[rule!] = (known[rule!] ?? 0) + 1;
    if (rules.size > 0) tally.addKnown();
  }

  async function examine({ cases, outcomes }: AnsweredBatch): Promise<void> {
    for (const [c, start] of cases.entries()) {
      const mine = outcomes.map((ofTarget) => ofTarget[c]);
      const comparisons = await withoutChance(
        start.testCase,
        pairs.map((pair) => comparePair(start, pair, targets, mine)),
        options,
      );
      const byProgs = mine.map((outcome) => reachedByProgs(start.testCase, outcome));
      tally.addCase(start.testCase, mine, comparisons, byProgs);
      if (emulator >= 0) {
        const args = [start.testCase, mine[emulator], byProgs[emulator]] as const;
        const reached = reachedBy(...args);
        options.learn?.(start, reached);
        if (allAgree(comparisons)) options.keep?.add(start.testCase, reached, observedOf(mine));
      }
      if (c % SLICE_CASES === 0) await setImmediate();
      await investigateFirst(start, mine, comparisons);
    }
    options.keep?.flush();
    onEvent({ kind: 'progress', progress: progress() });
  }

  const observedOf = (mine: readonly Outcome[]): readonly Observed[] =>
    targets.map((target, i) => observedBy(target, mine[i]));

  onEvent({
    kind: 'started',
    seed: options.seed,
    profile: options.profile,
    targets: targets.map(({ name }) => name),
    limit,
  });
  for await (const batch of pipeline({ targets, next })) {
    await examine(batch);
    if (signal.aborted) break;
  }

  const { cases, runs, casesPerSecond, divergences, elapsedMs: durationMs } = progress();
  const summary: Summary = {
    seed: options.seed,
    cases,
    runs,
    durationMs: Math.round(durationMs),
    casesPerSecond: Math.round(casesPerSecond),
    findings,
    divergences,
    targets: tally.targets(),
    excused: tally.excused(),
    causes,
    known,
    stopped: signal.aborted ? 'interrupted' : full() ? 'max-findings' : 'limit',
  };
  onEvent({ kind: 'summary', summary });
  return summary;
}

/** Keeps cases, a batch at a time. */
export interface KeepReaching {
  add(testCase: Case, reached: Reached, observed: readonly Observed[]): void;
  /** Writes down what was added. */
  flush(): void;
}

/** Whether something was compared, and nothing diverged. */
const allAgree = (comparisons: readonly Comparison[]): boolean =>
  comparisons.some(({ kind }) => kind === 'agree') &&
  comparisons.every(({ kind }) => kind !== 'diverge');

/** What only chance makes differ is incomparable. */
async function withoutChance(
  testCase: Case,
  comparisons: readonly Comparison[],
  { unsteady, isSteady }: Pick<CampaignOptions, 'unsteady' | 'isSteady'>,
): Promise<readonly Comparison[]> {
  if (unsteady === undefined || !comparisons.some(canBeChance)) return comparisons;
  const [steady] = await isSteady([testCase]);
  if (steady) return comparisons;
  return comparisons.map((comparison) =>
    canBeChance(comparison) ? { kind: 'incomparable', rule: 'unsteady' } : comparison,
  );
}

/** What a kernel should never do isn't, whatever the case. */
const canBeChance = (comparison: Comparison): boolean =>
  comparison.kind === 'diverge' &&
  (!NEVER_CHANCE.has(comparison.class) || comparison.where.field === 'fault');

const NEVER_CHANCE: ReadonlySet<DivergenceClass> = new Set<DivergenceClass>([
  'verdict',
  'crash',
  'hang',
  'complaint',
]);

function comparePair(
  { testCase }: Shrinkable,
  pair: Pair,
  targets: readonly Target[],
  outcomes: readonly Outcome[],
): Comparison {
  const [a, b] = pair.map((i) => observedBy(targets[i], outcomes[i]));
  return compareOutcomes(testCase, a, b);
}
