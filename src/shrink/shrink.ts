import type { Case } from '../case/case.ts';
import {
  type Answers,
  beginDescent,
  type Descent,
  goOn,
  isQuestion,
  type Question,
  refused,
  taken,
} from './descent.ts';
import { createLuck, foresee, LUCK_AT_THE_END, UNKNOWN_LUCK } from './foresee.ts';
import { presume } from './presume.ts';
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
  /**
   * What stands in for `holds`: quick, and mostly right. What it says is checked before it is believed, but for
   * cases on the way.
   */
  readonly presumed?: (candidate: Case) => Promise<boolean>;
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
 * would give, in fewer rounds. With something to presume by the way down is a guess that is checked here and there;
 * what it ends with is tried like any other case, so that nothing smaller of it holds either. `start` itself is taken to hold, and `holds` to say the same of the same case
 * every time. Rejects with what `holds` rejects with.
 */
export async function shrink(
  start: Shrinkable,
  holds: Holds,
  {
    batchSize = BATCH_MAX,
    candidatesMax = CANDIDATES_MAX,
    presumed,
    onProgress,
    signal,
    isOver = () => signal?.aborted === true,
  }: ShrinkOptions = {},
): Promise<Shrunk> {
  const answered = new Map<string, boolean>();
  const answers: Answers = (hash) => answered.get(hash);
  let at = beginDescent(start);
  let tried = 0;
  const most = (): number => (isOver() ? 0 : Math.min(batchSize, candidatesMax - tried));

  /** False where no more may be asked. */
  async function ask(questions: readonly Question[]): Promise<boolean> {
    for (let from = 0; from < questions.length; ) {
      const batch = questions.slice(from, from + most());
      if (batch.length === 0) return false;
      const held = await holds(batch.map(({ candidate }) => candidate.testCase));
      for (const [i, { hash }] of batch.entries()) answered.set(hash, held[i]);
      from += batch.length;
      tried += batch.length;
    }
    return true;
  }

  const tell = (): void => onProgress?.({ tried, smallest: at.shrunk.testCase });

  if (presumed !== undefined) {
    const onReached = (reached: Descent): void => {
      at = { ...beginDescent(reached.shrunk), steps: reached.steps };
      tell();
    };
    onReached(await presume(at, { presumed, answers, isOver, ask, onReached }));
  }
  const luck = createLuck(presumed === undefined ? UNKNOWN_LUCK : LUCK_AT_THE_END);
  let lastHeld = false;

  /** As far as answers go. */
  function follow(): ReturnType<typeof goOn> {
    let next = goOn(at, unknown);
    while (isQuestion(next)) {
      const answer = answers(next.hash);
      if (answer === undefined) return next;
      luck.note(lastHeld, answer);
      lastHeld = answer;
      at = answer ? taken(next.at, next.candidate) : refused(next.at);
      next = goOn(at, unknown);
    }
    return next;
  }

  for (let next = follow(); isQuestion(next); next = follow()) {
    const max = most();
    if (max <= 0 || !(await ask(foresee(next, lastHeld, { answers, luck, max })))) break;
    follow();
    tell();
  }
  return { shrunk: at.shrunk, tried, steps: at.steps };
}

const unknown = (): undefined => undefined;
