import type { Case } from '../case/case.ts';
import { caseHash } from '../case/hash.ts';
import { isSimpler } from '../case/simplicity.ts';
import { PASSES, type Pass } from './passes.ts';
import type { Shrinkable } from './shrinkable.ts';

/**
 * Where a shrink stands: how it goes on is a matter of one answer after the other, so that a state can also be
 * asked what came after answers that nobody has given yet. Stage 0 is the case's own tree, the others are passes.
 */
export interface Descent {
  readonly shrunk: Shrinkable;
  /** How often a smaller case was found. */
  readonly steps: number;
  readonly stage: number;
  /** The candidate of this stage that is looked at first: what was before it failed a moment ago. */
  readonly first: number;
  /** Candidates that were looked at since then; behind the last one those before `first` follow. */
  readonly seen: number;
  /** Whether any pass has helped since the first one began. */
  readonly moved: boolean;
}

/** A state that waits for an answer. */
export interface Question {
  readonly at: Descent;
  readonly candidate: Shrinkable;
  readonly hash: string;
}

/** What is known of a case, by its hash. */
export type Answers = (hash: string) => boolean | undefined;

export const beginDescent = (shrunk: Shrinkable): Descent => ({
  ...{ shrunk, steps: 0, stage: 0, first: 0, seen: 0, moved: false },
});

/**
 * Goes on from a state as far as answers are known: to the next question, or to the end, where nothing helps any
 * more. Only what is simpler in the one total order is asked for, so that no two steps undo each other.
 */
export function goOn(from: Descent, answers: Answers): Question | Descent {
  let at = from;
  while (true) {
    const candidate = candidateAt(at);
    if (candidate === undefined) {
      const next = nextStage(at);
      if (next === undefined) return at;
      at = next;
      continue;
    }
    const answer = candidate.isSimpler() ? answers(candidate.hash()) : false;
    if (answer === undefined) {
      return { at, candidate: candidate.shrinkable, hash: candidate.hash() };
    }
    at = answer ? taken(at, candidate.shrinkable) : refused(at);
  }
}

function candidateAt(at: Descent): Candidate | undefined {
  const place = placeOf(at);
  return place === undefined ? undefined : candidatesOf(at).at(place);
}

export const isQuestion = (next: Question | Descent): next is Question => 'candidate' in next;

/** The state after a candidate that does not hold. */
export const refused = (at: Descent): Descent => ({ ...at, seen: at.seen + 1 });

/** The state after a candidate that holds: the same stage goes on behind it. */
export const taken = (at: Descent, shrunk: Shrinkable): Descent => ({
  shrunk,
  steps: at.steps + 1,
  stage: at.stage,
  first: placeOf(at) ?? 0,
  seen: 0,
  moved: true,
});

/** Which candidate is next; undefined where all were looked at. */
function placeOf(at: Descent): number | undefined {
  const { first, seen } = at;
  const count = candidatesOf(at).countUpTo(first + seen + 1);
  if (first + seen < count) return first + seen;
  const again = seen - Math.max(0, count - first);
  return again < Math.min(first, count) ? again : undefined;
}

/** From pass to pass, and from the last one to the first again as long as any of them helps. */
function nextStage({ shrunk, steps, stage, moved }: Descent): Descent | undefined {
  const begin = { shrunk, steps, first: 0, seen: 0 };
  if (stage === 0) return { ...begin, stage: 1, moved: false };
  if (stage < PASSES.length) return { ...begin, stage: stage + 1, moved };
  return moved ? { ...begin, stage: 1, moved: false } : undefined;
}

interface Candidate {
  readonly shrinkable: Shrinkable;
  hash(): string;
  isSimpler(): boolean;
}

/** Candidates of one stage, made when they are first asked for. */
interface Candidates {
  at(place: number): Candidate | undefined;
  /** How many there are, or `wanted` where there are at least so many. */
  countUpTo(wanted: number): number;
}

const known = new WeakMap<Shrinkable, Map<number, Candidates>>();

function candidatesOf({ shrunk, stage }: Descent): Candidates {
  const ofStages = known.get(shrunk) ?? new Map<number, Candidates>();
  known.set(shrunk, ofStages);
  const candidates = ofStages.get(stage) ?? lazily(shrunk.testCase, smallerOf(shrunk, stage));
  ofStages.set(stage, candidates);
  return candidates;
}

const smallerOf = (shrunk: Shrinkable, stage: number): Iterable<Shrinkable> =>
  stage === 0 ? shrunk.shrink() : bareAll(PASSES[stage - 1], shrunk.testCase);

function* bareAll({ smaller }: Pass, testCase: Case): Iterable<Shrinkable> {
  for (const each of smaller(testCase)) yield bareShrinkable(each);
}

/** A case whose tree is not known, such as one from a file: only the passes make it smaller. */
export const bareShrinkable = (testCase: Case): Shrinkable => ({ testCase, shrink: () => [] });

function lazily(from: Case, items: Iterable<Shrinkable>): Candidates {
  const rest = items[Symbol.iterator]();
  const made: Candidate[] = [];
  let isDone = false;
  const countUpTo = (wanted: number): number => {
    while (!isDone && made.length < wanted) {
      const next = rest.next();
      if (next.done) isDone = true;
      else made.push(candidateOf(next.value, from));
    }
    return Math.min(made.length, wanted);
  };
  return { countUpTo, at: (place) => (countUpTo(place + 1) > place ? made[place] : undefined) };
}

function candidateOf(shrinkable: Shrinkable, from: Case): Candidate {
  let hash: string | undefined;
  let simpler: boolean | undefined;
  return {
    shrinkable,
    hash: () => {
      hash ??= caseHash(shrinkable.testCase);
      return hash;
    },
    isSimpler: () => {
      simpler ??= isSimpler(shrinkable.testCase, from);
      return simpler;
    },
  };
}
