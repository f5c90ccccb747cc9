import type { Case } from '../case/case.ts';
import { printCase } from '../case/print-case.ts';
import { causeReported, causesFor } from '../causes/causes.ts';
import type { Divergence, Observed } from '../compare/compare.ts';
import type { Located } from '../localise/located.ts';
import { type ShrinkOptions, shrink } from '../shrink/shrink.ts';
import type { Shrinkable } from '../shrink/shrinkable.ts';
import type { Outcome, Target, TroubleKind } from '../targets/target.ts';
import { compareAll, showing } from './compare-all.ts';
import type { CampaignEvent } from './events.ts';
import { observeOthers } from './observe-others.ts';
import { presumedBy, type StandIns } from './presumed-by.ts';

/** A case on which two targets diverge, as the campaign met it. */
export interface Found {
  /** Names the divergence in events. */
  readonly id: string;
  readonly start: Shrinkable;
  readonly comparison: Divergence;
  readonly pair: readonly [Target, Target];
  readonly observed: readonly [Observed, Observed];
}

/**
 * Says of each case whether its answer is the same whatever uninitialised memory, addresses, time and
 * chance are, in the same order. Privileged progs may let them out, and then that targets differ shows
 * nothing.
 */
export type IsSteady = (cases: readonly Case[]) => Promise<readonly boolean[]>;

/**
 * The intended changes between releases that two kernels differ by, as `causes/changes.ts` names them:
 * the fewest that explain what they observed together, none where nothing does.
 */
export type FindChange = (
  testCase: Case,
  observed: readonly [Observed, Observed],
) => Promise<readonly string[]>;

/** A divergence shrunk and checked once more, with all that a person needs to look at it. */
export interface ShrunkDivergence {
  readonly original: Case;
  readonly shrunk: Case;
  readonly divergence: Divergence;
  /** What the two observed of the shrunk case, in the order of the divergence's values. */
  readonly observed: readonly [Observed, Observed];
  /** The known mistake of a kernel that it comes from, or the changes; none where nothing is known. */
  readonly causes: readonly string[];
  /** Where the two begin to differ on the shrunk case; absent where that was not looked for. */
  readonly located?: Located;
  /** What the other targets of the campaign made of the shrunk case; absent where they weren't asked. */
  readonly others?: readonly Observed[];
}

/** Says where the two begin to differ on a case. */
export type Locate = (
  testCase: Case,
  divergence: Divergence,
  pair: readonly [Target, Target],
) => Promise<Located>;

/** The rule by which a divergence is known, which is no finding then; undefined where it isn't. */
export type RuleFor = (divergence: ShrunkDivergence) => string | undefined;

/** Keeps a finding and returns its id; undefined where the same is known already. */
export type RecordFinding = (divergence: ShrunkDivergence) => string | undefined;

interface Surroundings {
  /**
   * Causes that were recorded for two targets already, which need no second finding, with the rule by which
   * that is known; undefined for none.
   */
  readonly explained: Map<string, string | undefined>;
  /** All targets of the campaign. */
  readonly everyone: readonly Target[];
  readonly ruleFor?: RuleFor;
  readonly record: RecordFinding;
  readonly isSteady: IsSteady;
  /** What stands in for targets while a case is made smaller; absent where nothing may. */
  readonly standIns?: StandIns;
  readonly findChange: FindChange;
  readonly locate: Locate;
  readonly onEvent: (event: CampaignEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the case smaller while the two targets that diverged still do, in the same class; runs what
 * is left once more, and where it is new on kernels that are started anew; records it. Returns the finding's id, or
 * undefined where nothing was recorded, and the known causes. Nothing is made smaller where these two were found to differ for each of them
 * already. What is recorded are the causes of the smallest case, which may show others than the case found.
 * An interrupt ends the shrinking, not the recording: a case half shrunk is a finding as well. So is
 * what a kernel complained of and does not repeat: it may have needed the cases before.
 */
export async function investigate(
  { id, start, comparison, pair, observed }: Found,
  {
    record,
    ruleFor,
    everyone,
    isSteady,
    standIns,
    findChange,
    locate,
    onEvent,
    signal,
    explained,
  }: Surroundings,
): Promise<Investigated> {
  onEvent({
    kind: 'divergence',
    id,
    class: comparison.class,
    targets: [pair[0].name, pair[1].name],
    where: comparison.description,
  });
  const causes = await causesOf(start.testCase, pair, observed, findChange);
  const explanation = (cause: string): string => `${cause} ${pair.map(({ name }) => name)}`;
  if (causes.length > 0 && causes.every((cause) => explained.has(explanation(cause)))) {
    onEvent({ kind: 'dismissed', id, why: `${causes.join(', ')}, which was found already` });
    return { causes, isKnown: true, rule: explained.get(explanation(causes[0])) };
  }
  let told: Case | undefined;
  const presumed = standIns && (await presumedBy(standIns, start.testCase, comparison, pair));
  const { shrunk } = await shrink(start, showing(comparison, pair, isSteady), {
    ...(presumed && { presumed }),
    ...effortFor(observed, pair, signal),
    onProgress({ tried, smallest }) {
      const isNew = smallest !== told;
      told = smallest;
      onEvent({
        kind: 'shrinking',
        id,
        tried,
        insns: insnCount(smallest),
        ...(isNew && { smallest: printCase(smallest, { claim: comparison.description }) }),
      });
    },
  }).catch((error) => {
    // A target was lost. What it had found is kept as it was found.
    const original = start.testCase;
    record({ original, shrunk: original, divergence: comparison, observed, causes });
    throw error;
  });
  const { testCase } = shrunk;
  const [last] = await compareAll([testCase], pair, isSteady);
  if (last.comparison.kind !== 'diverge' || !last.steady) {
    if (observed.some(isReported)) return keep(start.testCase, comparison, observed);
    const why = last.steady
      ? 'it did not show again when it was run once more'
      : 'the answer depends on uninitialised memory, addresses, time or chance';
    onEvent({ kind: 'dismissed', id, why });
    return { causes, isKnown: false };
  }
  return keep(testCase, last.comparison, last.observed);

  /**
   * Whether the two diverge on kernels that no other case has left anything behind in. A person who interrupts
   * doesn't wait for them, and what a kernel complained of may have needed the cases before.
   */
  async function showsAnew(testCase: Case, divergence: Divergence): Promise<boolean> {
    if (signal.aborted || observed.some(isReported)) return true;
    onEvent({ kind: 'rechecking', id });
    for (const target of pair) await target.renew();
    const [held] = await showing(divergence, pair, isSteady)([testCase]);
    return held;
  }

  async function keep(
    smallest: Case,
    divergence: Divergence,
    seen: readonly [Observed, Observed],
  ): Promise<Investigated> {
    const original = start.testCase;
    const kept = { original, shrunk: smallest, divergence, observed: seen };
    const shown = smallest === original ? causes : await causesOf(smallest, pair, seen, findChange);
    // A target that is lost on the way takes nothing of what was found with it.
    const unexplored = (error: unknown): never => {
      record({ ...kept, causes: shown });
      throw error;
    };
    onEvent({ kind: 'locating', id });
    const located = await locate(smallest, divergence, pair).catch(unexplored);
    const rule = ruleFor?.({ ...kept, causes: shown, located });
    const explains = shown.length > 0 ? shown : causes;
    if (rule !== undefined) {
      for (const cause of explains) explained.set(explanation(cause), rule);
      onEvent({ kind: 'dismissed', id, why: `${rule}, which is known` });
      return { causes: shown, isKnown: true, rule };
    }
    if (!(await showsAnew(smallest, divergence).catch(unexplored))) {
      onEvent({ kind: 'dismissed', id, why: 'it did not show on kernels that were started anew' });
      return { causes: shown, isKnown: false };
    }
    const others = await observeOthers(smallest, everyone, pair).catch(unexplored);
    const finding = record({ ...kept, causes: shown, located, others });
    // Where the smallest shows nothing known, what the case came of would be met again and again.
    for (const cause of explains) explained.set(explanation(cause), undefined);
    if (finding === undefined) onEvent({ kind: 'dismissed', id, why: 'the same is known already' });
    else {
      const { form: at } = located;
      const insns = insnCount(smallest);
      onEvent({ kind: 'recorded', id, finding, class: divergence.class, at, insns });
    }
    return { finding, causes: shown, isKnown: false };
  }
}

/** What an investigation came to. */
export interface Investigated {
  /** Id of what was recorded; absent where nothing was. */
  readonly finding?: string;
  readonly causes: readonly string[];
  /** Whether these two were found to differ for these causes before, or it is known by a rule. */
  readonly isKnown: boolean;
  /** The rule by which it is known; absent for none. */
  readonly rule?: string;
}

/**
 * The names of what the two are known to differ by: a mistake of a kernel that its report is
 * known for, or without which they agree (the case has just diverged, and only what may be the cause was left
 * out of it), or a change between two
 * kernels' releases.
 */
async function causesOf(
  testCase: Case,
  pair: readonly [Target, Target],
  observed: readonly [Observed, Observed],
  findChange: FindChange,
): Promise<readonly string[]> {
  const reported = observed.map(({ outcome }) => causeReported(troubleTitle(outcome)));
  const known = reported.find((cause) => cause !== undefined);
  if (known !== undefined) return [known.name];
  for (const cause of causesFor(observed, testCase)) {
    const [{ comparison }] = await compareAll(
      [cause.experiment.without(testCase)],
      pair,
      allSteady,
    );
    if (comparison.kind === 'agree') return [cause.name];
  }
  const areKernels = pair.every(({ info }) => info.engine !== 'emulator');
  return areKernels ? findChange(testCase, observed) : [];
}

const troubleTitle = (outcome: Outcome): string =>
  outcome.kind === 'unsupported' ? '' : (outcome.trouble?.title ?? '');

const allSteady: IsSteady = async (cases) => cases.map(() => true);

/** Candidates that are tried where each may cost a time limit or the start of a kernel. */
const DEADLY_CANDIDATES_MAX = 160;
/** Kernels that are started anew to make one case smaller; they take seconds each. */
const RESTARTS_MAX = 40;

/**
 * How hard to shrink. Where a target died or hung, so does it of most candidates: they are tried one by
 * one, so that none runs in vain behind one that holds, and until so many kernels were lost.
 */
function effortFor(
  observed: readonly Observed[],
  pair: readonly Target[],
  interrupted: AbortSignal,
): ShrinkOptions {
  if (observed.every(({ outcome }) => outcome.kind === 'completed')) {
    return { signal: interrupted };
  }
  const restarts = (): number => pair.reduce((sum, target) => sum + target.restarts(), 0);
  const allowed = restarts() + RESTARTS_MAX;
  return {
    batchSize: 1,
    candidatesMax: DEADLY_CANDIDATES_MAX,
    isOver: () => interrupted.aborted || restarts() >= allowed,
  };
}

/** Whether a kernel has said that something is wrong, which no other cause than the kernel can have. */
const isReported = ({ outcome }: Observed): boolean =>
  outcome.kind !== 'unsupported' &&
  outcome.trouble !== undefined &&
  !UNREPORTED.includes(outcome.trouble.kind);

/** A process may have been killed from outside, or a machine been slow. */
const UNREPORTED: readonly TroubleKind[] = [
  'worker',
  'agent',
  'time-limit',
  'stuck',
  'silent',
  'vanished',
];

const insnCount = (testCase: Case): number =>
  testCase.progs.reduce((sum, { insns }) => sum + insns.length, 0);
