import type { Case } from '../case/case.ts';
import { caseHash } from '../case/hash.ts';
import { isSimpler } from '../case/simplicity.ts';
import { PASSES } from './passes.ts';
import type { Shrinkable } from './shrinkable.ts';

/** Says of each candidate whether it still shows what is to be shrunk; in the same order. */
export type Holds = (candidates: readonly Case[]) => Promise<readonly boolean[]>;

/** How hard to try. */
export interface ShrinkOptions {
  /** Candidates that are tried at once, at most. */
  readonly batchSize?: number;
  /** Candidates that are tried in all, at most. */
  readonly candidatesMax?: number;
  /** After every batch. */
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Ends the shrinking with the smallest case so far. */
  readonly signal?: AbortSignal;
  /** As `signal`; asked before every batch. */
  readonly isOver?: () => boolean;
}

export interface ShrinkProgress {
  readonly tried: number;
  readonly smallest: Case;
}

export interface Shrunk {
  readonly shrunk: Shrinkable;
  /** Candidates that were tried. */
  readonly tried: number;
  /** How often a smaller case was found. */
  readonly steps: number;
}

const BATCH_MAX = 64;
/** Mostly one of the first candidates holds, and what stands behind it in its batch is in vain. */
const BATCH_FIRST = 8;
const CANDIDATES_MAX = 20_000;

/**
 * Makes a case smaller while `holds` says so: first along its own tree, then by the passes, again and
 * again until none of them helps. Of the candidates the first in order that holds is taken, so the
 * result is what trying them one by one would give. `start` itself is taken to hold, and `holds` to say
 * the same of the same case every time. Rejects with what `holds` rejects with.
 */
export async function shrink(
  start: Shrinkable,
  holds: Holds,
  {
    batchSize = BATCH_MAX,
    candidatesMax = CANDIDATES_MAX,
    onProgress,
    signal,
    isOver = () => signal?.aborted === true,
  }: ShrinkOptions = {},
): Promise<Shrunk> {
  const failed = new Set<string>();
  let shrunk = start;
  let tried = 0;
  let steps = 0;

  /** Goes on from the first candidate that holds, until there is none; returns whether it moved. */
  async function descend(smallerOf: (from: Shrinkable) => Iterable<Shrinkable>): Promise<boolean> {
    const stepsBefore = steps;
    let next = await firstThatHolds(smallerOf(shrunk));
    while (next !== undefined) {
      shrunk = next;
      steps++;
      next = await firstThatHolds(smallerOf(shrunk));
    }
    return steps > stepsBefore;
  }

  async function firstThatHolds(candidates: Iterable<Shrinkable>): Promise<Shrinkable | undefined> {
    const sizes = { first: Math.min(BATCH_FIRST, batchSize), max: batchSize };
    const simpler = without(simplerThan(shrunk.testCase, candidates), failed);
    for (const batch of growingBatches(simpler, sizes)) {
      const allowed = batch.slice(0, candidatesMax - tried);
      if (allowed.length === 0 || isOver()) return undefined;
      const answers = await holds(allowed.map(({ testCase }) => testCase));
      tried += allowed.length;
      const winner = answers.indexOf(true);
      for (const [i, { testCase }] of allowed.entries()) {
        if (!answers[i]) failed.add(caseHash(testCase));
      }
      const smallest = winner < 0 ? shrunk : allowed[winner];
      onProgress?.({ tried, smallest: smallest.testCase });
      if (winner >= 0) return allowed[winner];
    }
    return undefined;
  }

  await descend((from) => from.shrink());
  let moved = true;
  while (moved) {
    moved = false;
    for (const { smaller } of PASSES) {
      if (await descend((from) => bareAll(smaller(from.testCase)))) moved = true;
    }
  }
  return { shrunk, tried, steps };
}

/** A case whose tree is not known, such as one from a file: only the passes make it smaller. */
export const bareShrinkable = (testCase: Case): Shrinkable => ({ testCase, shrink: () => [] });

function* bareAll(cases: Iterable<Case>): Iterable<Shrinkable> {
  for (const testCase of cases) yield bareShrinkable(testCase);
}

/** Only what is simpler in the one total order can be taken, so that no two steps undo each other. */
function* simplerThan(from: Case, candidates: Iterable<Shrinkable>): Iterable<Shrinkable> {
  for (const candidate of candidates) if (isSimpler(candidate.testCase, from)) yield candidate;
}

/** Passes begin anew after each step, and much of what they try then is what they tried before. */
function* without(
  candidates: Iterable<Shrinkable>,
  failed: ReadonlySet<string>,
): Iterable<Shrinkable> {
  for (const candidate of candidates) {
    if (!failed.has(caseHash(candidate.testCase))) yield candidate;
  }
}

/** Each batch is twice as long as the one before. */
function* growingBatches<T>(
  items: Iterable<T>,
  sizes: { readonly first: number; readonly max: number },
): Iterable<readonly T[]> {
  let size = sizes.first;
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = Math.min(2 * size, sizes.max);
  }
  if (batch.length > 0) yield batch;
}
