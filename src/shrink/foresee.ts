import { type Answers, goOn, isQuestion, type Question, refused, taken } from './descent.ts';

/** How often a candidate held, by what became of the one before it: successes come in rows, and so do failures. */
export interface Luck {
  /** Chance that the next one holds, after one that held and after one that didn't. */
  chance(after: boolean): number;
  note(after: boolean, holds: boolean): void;
}

/** Candidates that were tried, and how many of them held. */
interface Count {
  held: number;
  all: number;
}

type Counts = { readonly [after in 'true' | 'false']: Readonly<Count> };

/** Before anything was tried. */
export const UNKNOWN_LUCK: Counts = { true: { held: 1, all: 2 }, false: { held: 1, all: 3 } };
/** Where most probably nothing smaller holds any more. */
export const LUCK_AT_THE_END: Counts = { true: { held: 1, all: 2 }, false: { held: 0, all: 40 } };

/** Of old answers that much is forgotten with each new one. */
const FORGET = 0.9;

export function createLuck(before: Counts): Luck {
  const counts = { true: { ...before.true }, false: { ...before.false } };
  return {
    chance: (after) => counts[`${after}`].held / counts[`${after}`].all,
    note(after, holds) {
      const count = counts[`${after}`];
      count.held = count.held * FORGET + Number(holds) + (1 - FORGET) * 0.2;
      count.all = count.all * FORGET + 1 + (1 - FORGET);
    },
  };
}

/** A candidate less likely to be needed than that costs more than the round trip that it may save. */
const CHANCE_MIN = 0.3;

interface Future {
  readonly question: Question;
  /** How likely it is to be asked. */
  readonly chance: number;
  readonly after: boolean;
}

/**
 * What to ask at once: the question at hand, and those that are most likely to follow, whatever the answers are;
 * at most `max`, each case once.
 */
export function foresee(
  question: Question,
  after: boolean,
  { answers, luck, max }: { readonly answers: Answers; readonly luck: Luck; readonly max: number },
): readonly Question[] {
  const batch = new Map<string, Question>();
  const futures: Future[] = [{ question, chance: 1, after }];
  while (batch.size < max) {
    const next = takeLikeliest(futures);
    if (next === undefined) break;
    const { at, candidate, hash } = next.question;
    batch.set(hash, next.question);
    const holds = luck.chance(next.after);
    for (const [answer, share] of [
      [true, holds],
      [false, 1 - holds],
    ] as const) {
      const chance = next.chance * share;
      if (chance < CHANCE_MIN || batch.size >= max) continue;
      const assumed: Answers = (of) => (of === hash ? answer : answers(of));
      const follows = goOn(answer ? taken(at, candidate) : refused(at), assumed);
      if (isQuestion(follows)) futures.push({ question: follows, chance, after: answer });
    }
  }
  return [...batch.values()];
}

function takeLikeliest(futures: Future[]): Future | undefined {
  if (futures.length === 0) return undefined;
  let best = 0;
  for (const [i, { chance }] of futures.entries()) if (chance > futures[best].chance) best = i;
  return futures.splice(best, 1)[0];
}
