import type { Case } from '../case/case.ts';
import { caseHash } from '../case/hash.ts';
import { PASSES } from './passes.ts';
import type { Shrinkable } from './shrinkable.ts';

/** Whether each candidate still shows what is being shrunk, in the same order. */
export type Predicate = (candidates: readonly Case[]) => Promise<readonly boolean[]>;

export interface ShrinkOptions {
  /** Ends the shrinking with the smallest case so far. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ShrinkProgress) => void;
  /** Candidates that are tried at most; 20,000 if not given. */
  readonly triedMax?: number;
}

/** How far the shrinking is. */
export interface ShrinkProgress {
  readonly tried: number;
  readonly smallest: Case;
}

/** The smallest case that was found, and how many candidates it took. */
export interface Shrunk {
  readonly testCase: Case;
  readonly tried: number;
}

const TRIED_MAX = 20_000;
/** The first candidate often holds, so a round begins with few; where none does it soon takes many. */
const BATCH_FIRST = 4;
const BATCH_MAX = 64;

/**
 * Makes a case smaller while the predicate holds: first down its own tree, whose candidates are valid
 * by construction, then by passes that look at the case alone, over and over until nothing helps.
 * Candidates are tried a batch at a time, and the first in order that holds is taken, so the result
 * is the one that trying them singly would give. A case that was tried before is not tried again.
 */
export async function shrink(
  start: Shrinkable,
  holds: Predicate,
  { signal, onProgress, triedMax = TRIED_MAX }: ShrinkOptions,
): Promise<Shrunk> {
  const failed = new Set<string>();
  let tried = 0;

  /** The first candidate that holds; undefined where none does or the time is over. */
  async function first(
    candidates: Iterable<Shrinkable>,
    now: Case,
  ): Promise<Shrinkable | undefined> {
    let size = BATCH_FIRST;
    for (const batch of batches(candidates, failed, () => size)) {
      if (signal.aborted || tried >= triedMax) return undefined;
      tried += batch.length;
      const held = await holds(batch.map(({ testCase }) => testCase));
      onProgress({ tried, smallest: now });
      const found = held.indexOf(true);
      if (found >= 0) return batch[found];
      for (const { testCase } of batch) failed.add(caseHash(testCase));
      size = Math.min(size * 2, BATCH_MAX);
    }
    return undefined;
  }

  let smallest = start;
  while (true) {
    const smaller =
      (await first(smallest.shrink(), smallest.testCase)) ??
      (await first(passCandidates(smallest.testCase), smallest.testCase));
    if (smaller === undefined) return { testCase: smallest.testCase, tried };
    smallest = smaller;
    onProgress({ tried, smallest: smallest.testCase });
  }
}

/** What the passes make of a case, in their order; such a case has no tree of its own any more. */
function* passCandidates(testCase: Case): Iterable<Shrinkable> {
  for (const pass of PASSES) {
    for (const smaller of pass(testCase)) yield { testCase: smaller, shrink: () => [] };
  }
}

/** Candidates in batches whose size is asked for anew each time, without those that failed before. */
function* batches(
  candidates: Iterable<Shrinkable>,
  failed: ReadonlySet<string>,
  size: () => number,
): Iterable<readonly Shrinkable[]> {
  let batch: Shrinkable[] = [];
  for (const candidate of candidates) {
    if (failed.has(caseHash(candidate.testCase))) continue;
    batch.push(candidate);
    if (batch.length < size()) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
