import type { Case } from '../case/case.ts';
import {
  type Comparison,
  compareOutcomes,
  type Divergence,
  type Observed,
} from '../compare/compare.ts';

import { shrink } from '../shrink/shrink.ts';
import type { Shrinkable } from '../shrink/shrinkable.ts';
import type { Target } from '../targets/target.ts';
import type { CampaignEvent } from './events.ts';
import { observedBy } from './observed-by.ts';

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
 * Says of each case whether its answer is the same whatever uninitialised memory holds, in the same
 * order. Privileged progs may read it, and then that targets differ shows nothing.
 */
export type IsSteady = (cases: readonly Case[]) => Promise<readonly boolean[]>;

/** A divergence shrunk and checked once more, with all that a person needs to look at it. */
export interface ShrunkDivergence {
  readonly original: Case;
  readonly shrunk: Case;
  readonly divergence: Divergence;
  /** What the two observed of the shrunk case, in the order of the divergence's values. */
  readonly observed: readonly [Observed, Observed];
}

/** Keeps a finding and returns its id; undefined where the same is known already. */
export type RecordFinding = (divergence: ShrunkDivergence) => string | undefined;

interface Surroundings {
  readonly record: RecordFinding;
  readonly isSteady: IsSteady;
  readonly onEvent: (event: CampaignEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the case smaller while the two targets that diverged still do, in the same class; runs what
 * is left once more; records it. Returns the finding's id, or undefined where nothing was recorded.
 * An interrupt ends the shrinking, not the recording: a case half shrunk is a finding as well.
 */
export async function investigate(
  { id, start, comparison, pair, observed }: Found,
  { record, isSteady, onEvent, signal }: Surroundings,
): Promise<string | undefined> {
  onEvent({
    kind: 'divergence',
    id,
    class: comparison.class,
    targets: [pair[0].name, pair[1].name],
    where: comparison.description,
  });
  const shows = ({ comparison: found, steady }: Compared): boolean =>
    steady && found.kind === 'diverge' && sameKind(found, comparison);
  const { shrunk } = await shrink(
    start,
    async (candidates) => (await compareAll(candidates, pair, isSteady)).map(shows),
    {
      signal,
      onProgress: ({ tried, smallest }) =>
        onEvent({ kind: 'shrinking', id, tried, insns: insnCount(smallest) }),
    },
  ).catch((error) => {
    // A target was lost. What it had found is kept as it was found.
    const original = start.testCase;
    record({ original, shrunk: original, divergence: comparison, observed });
    throw error;
  });
  const { testCase } = shrunk;
  const [last] = await compareAll([testCase], pair, isSteady);
  if (last.comparison.kind !== 'diverge' || !last.steady) {
    const why = last.steady
      ? 'it did not show again when it was run once more'
      : 'the answer depends on uninitialised stack';
    onEvent({ kind: 'dismissed', id, why });
    return undefined;
  }
  const finding = record({
    original: start.testCase,
    shrunk: testCase,
    divergence: last.comparison,
    observed: last.observed,
  });
  if (finding === undefined) onEvent({ kind: 'dismissed', id, why: 'the same is known already' });
  else onEvent({ kind: 'recorded', id, finding, insns: insnCount(testCase) });
  return finding;
}

const insnCount = (testCase: Case): number =>
  testCase.progs.reduce((sum, { insns }) => sum + insns.length, 0);

/** Whether a smaller case shows what the larger one did, as far as can be told from the place. */
const sameKind = (a: Divergence, b: Divergence): boolean =>
  a.class === b.class && a.where.map === b.where.map;

interface Compared {
  readonly comparison: Comparison;
  readonly observed: readonly [Observed, Observed];
  readonly steady: boolean;
}

async function compareAll(
  cases: readonly Case[],
  [a, b]: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<readonly Compared[]> {
  const [ofA, ofB, steady] = await Promise.all([
    a.execute(cases),
    b.execute(cases),
    isSteady(cases),
  ]);
  return cases.map((testCase, i) => {
    const observed = [observedBy(a, ofA[i]), observedBy(b, ofB[i])] as const;
    return { observed, comparison: compareOutcomes(testCase, ...observed), steady: steady[i] };
  });
}
