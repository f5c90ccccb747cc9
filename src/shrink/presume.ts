import type { Case } from '../case/case.ts';
import {
  type Answers,
  type Descent,
  goOn,
  isQuestion,
  type Question,
  refused,
  taken,
} from './descent.ts';

export interface PresumeOptions {
  /** What stands in for the predicate says of a case. */
  readonly presumed: (candidate: Case) => Promise<boolean>;
  /** What the predicate itself said. */
  readonly answers: Answers;
  /** Asks the predicate itself, so that `answers` knows; false where no more may be asked. */
  readonly ask: (questions: readonly Question[]) => Promise<boolean>;
  /** Asked before every candidate. */
  readonly isOver: () => boolean;
  /** Told where it stands after each way. */
  readonly onReached: (at: Descent) => void;
}

/** Every so manieth step of a way is asked for, and the last; of a short way each. */
const STRIDE = 8;
/** Steps that are presumed before any of them is asked for: fewer after one that did not hold. */
const WAY_MAX = 256;
/** After so many steps that did not hold, presuming costs more than it saves. */
const MISTAKES_MAX = 16;

/**
 * Goes down the way that what stands in for the predicate presumes, to where it sees nothing smaller. Of the steps
 * that it presumes some are asked for, many at once; where one does not hold the first one before it that doesn't
 * is looked for, and from there the way goes on. Each case that comes back holds. What was presumed not to hold was
 * not asked for: the shrink that follows does that for the case that is left.
 */
export async function presume(from: Descent, options: PresumeOptions): Promise<Descent> {
  const { answers, ask } = options;
  const presumed = remembered(options.presumed);
  const holds = ({ hash }: Question): boolean => answers(hash) === true;
  let at = from;
  let wayMax = WAY_MAX;

  /** The steps that are presumed from here on. */
  async function wayDown(): Promise<readonly Question[]> {
    const way: Question[] = [];
    let next = goOn(at, answers);
    while (isQuestion(next) && way.length < wayMax && !options.isOver()) {
      const isStep = await presumed(next);
      if (isStep) way.push(next);
      next = goOn(isStep ? taken(next.at, next.candidate) : refused(next.at), answers);
    }
    return way;
  }

  for (let mistakes = 0; mistakes < MISTAKES_MAX; ) {
    const way = await wayDown();
    const stride = way.length > STRIDE ? STRIDE : 1;
    const milestones = way.filter((_, i) => (i + 1) % stride === 0 || i === way.length - 1);
    if (milestones.length === 0 || !(await ask(milestones))) return at;
    const missed = milestones.findIndex((step) => !holds(step));
    const reached = missed < 0 ? way.at(-1) : milestones[missed - 1];
    if (reached !== undefined) at = taken(reached.at, reached.candidate);
    options.onReached(at);
    if (missed < 0) {
      wayMax = Math.min(wayMax * 4, WAY_MAX);
      continue;
    }
    wayMax = STRIDE;
    mistakes++;
    const between = way.slice(missed * stride, way.indexOf(milestones[missed]));
    if (between.length > 0 && !(await ask(between))) return at;
    const wrong = between.find((step) => !holds(step)) ?? milestones[missed];
    at = refused(wrong.at);
  }
  return at;
}

function remembered(presumed: PresumeOptions['presumed']): (of: Question) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async ({ hash, candidate }) => {
    const holds = known.get(hash) ?? (await presumed(candidate.testCase));
    known.set(hash, holds);
    return holds;
  };
}
