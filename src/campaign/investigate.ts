import type { Case } from '../case/case.ts';
import { type Comparison, compareOutcomes, type Divergence } from '../compare/compare.ts';
import { shrink } from '../shrink/shrink.ts';
import type { Shrinkable } from '../shrink/shrinkable.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { CampaignEvent } from './events.ts';

/** A case on which two targets diverge, as the campaign met it. */
export interface Found {
  /** Names the divergence in events. */
  readonly id: string;
  readonly start: Shrinkable;
  readonly comparison: Divergence;
  readonly pair: readonly [Target, Target];
}

/** A divergence shrunk and checked once more, with all that a person needs to look at it. */
export interface ShrunkDivergence {
  readonly original: Case;
  readonly shrunk: Case;
  readonly comparison: Divergence;
  readonly answers: readonly { readonly target: Target; readonly outcome: Outcome }[];
}

/** Keeps a finding and returns its id; undefined where the same is known already. */
export type RecordFinding = (divergence: ShrunkDivergence) => string | undefined;

interface Surroundings {
  readonly record: RecordFinding;
  readonly onEvent: (event: CampaignEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the case smaller while the two targets that diverged still do, in the same class; runs what
 * is left once more; records it. Returns the finding's id, or undefined where nothing was recorded.
 * An interrupt ends the shrinking, not the recording: a case half shrunk is a finding as well.
 */
export async function investigate(
  { id, start, comparison, pair }: Found,
  { record, onEvent, signal }: Surroundings,
): Promise<string | undefined> {
  onEvent({
    kind: 'divergence',
    id,
    class: comparison.class,
    targets: [pair[0].name, pair[1].name],
    where: comparison.description,
  });
  const holds = async (candidates: readonly Case[]): Promise<readonly boolean[]> =>
    (await compareAll(candidates, pair)).map(
      ({ comparison: found }) => found.kind === 'diverge' && found.class === comparison.class,
    );
  const { shrunk } = await shrink(start, holds, {
    signal,
    onProgress: ({ tried, smallest }) =>
      onEvent({ kind: 'shrinking', id, tried, insns: insnCount(smallest) }),
  });
  const testCase = shrunk.testCase;
  const [last] = await compareAll([testCase], pair);
  if (last.comparison.kind !== 'diverge') {
    onEvent({ kind: 'dismissed', id, why: 'it did not show again when it was run once more' });
    return undefined;
  }
  const finding = record({
    original: start.testCase,
    shrunk: testCase,
    comparison: last.comparison,
    answers: pair.map((target, i) => ({ target, outcome: last.outcomes[i] })),
  });
  if (finding === undefined) onEvent({ kind: 'dismissed', id, why: 'the same is known already' });
  else onEvent({ kind: 'recorded', id, finding, insns: insnCount(testCase) });
  return finding;
}

const insnCount = (testCase: Case): number =>
  testCase.progs.reduce((sum, { insns }) => sum + insns.length, 0);

interface Compared {
  readonly comparison: Comparison;
  readonly outcomes: readonly [Outcome, Outcome];
}

async function compareAll(
  cases: readonly Case[],
  pair: readonly [Target, Target],
): Promise<readonly Compared[]> {
  const [ofA, ofB] = await Promise.all(pair.map((target) => target.execute(cases)));
  return cases.map((testCase, i) => {
    const observed = (target: Target, outcome: Outcome) => ({
      name: target.name,
      info: target.info,
      outcome,
    });
    return {
      comparison: compareOutcomes(testCase, observed(pair[0], ofA[i]), observed(pair[1], ofB[i])),
      outcomes: [ofA[i], ofB[i]],
    };
  });
}
