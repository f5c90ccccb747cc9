import type { Case } from '../case/case.ts';
import { beginDescent, type Descent, goOn, isQuestion, refused, taken } from './descent.ts';
import { createLuck, foresee } from './foresee.ts';
import type { Shrinkable } from './shrinkable.ts';

export { bareShrinkable } from './descent.ts';

/** Says of each candidate whether it still shows what is to be shrunk; in the same order. */
export type Holds = (candidates: readonly Case[]) => Promise<readonly boolean[]>;

/** How hard to try. */
export interface ShrinkOptions {
  /** Candidates that are tried at once, at most; 1 for one after the other. */
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

/** What is left of a case, and what that took. */
export interface Shrunk {
  readonly shrunk: Shrinkable;
  /** Candidates that were tried. */
  readonly tried: number;
  /** How often a smaller case was found. */
  readonly steps: number;
}

const BATCH_MAX = 64;
const CANDIDATES_MAX = 20_000;

/**
 * Makes a case smaller while `holds` says so: first along its own tree, then by the passes, again and
 * again until none of them helps. Each goes on where it found something, and ends when nothing of it helps. Of
 * the candidates the first in that order that holds is taken, and each is strictly simpler than what it takes the
 * place of. With a candidate those are tried that may follow it, so the result is what trying them one by one
 * would give, in fewer rounds. `start` itself is taken to hold, and `holds` to say the same of the same case
 * every time. Rejects with what `holds` rejects with.
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
  const answers = new Map<string, boolean>();
  const luck = createLuck();
  let at = beginDescent(start);
  let tried = 0;
  let lastHeld = false;

  /** As far as answers go. */
  function follow(): ReturnType<typeof goOn> {
    let next = goOn(at, unknown);
    while (isQuestion(next)) {
      const answer = answers.get(next.hash);
      if (answer === undefined) return next;
      luck.note(lastHeld, answer);
      lastHeld = answer;
      at = answer ? taken(next.at, next.candidate) : refused(next.at);
      next = goOn(at, unknown);
    }
    return next;
  }

  for (let next = follow(); isQuestion(next) && !isOver(); next = follow()) {
    const max = Math.min(batchSize, candidatesMax - tried);
    if (max <= 0) break;
    const batch = foresee(next, lastHeld, {
      answers: (hash) => answers.get(hash),
      luck,
      max,
    });
    const held = await holds(batch.map(({ candidate }) => candidate.testCase));
    tried += batch.length;
    for (const [i, { hash }] of batch.entries()) answers.set(hash, held[i]);
    follow();
    onProgress?.({ tried, smallest: at.shrunk.testCase });
  }
  return resultOf(at, tried);
}

const unknown = (): undefined => undefined;

const resultOf = ({ shrunk, steps }: Descent, tried: number): Shrunk => ({ shrunk, tried, steps });
