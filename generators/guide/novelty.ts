import type { Random } from 'fast-check';
import { repeated } from '../repeated.ts';

/**
 * How likely each of several choices is to show something that was not seen yet. A choice is named, such as
 * `xdp redirect_map`; what it led to are names too.
 */
export interface Novelty {
  /** The choice was made once more. */
  try(choice: string): void;
  /** What came of a choice; returns whether it is new. */
  see(choice: string, what: string): boolean;
  /**
   * Good and Turing: the share of tries that led to what was seen once only is the chance that the next one
   * leads to what was never seen. From 1, of a choice that was never made, towards 0.
   */
  of(choice: string): number;
}

/** Names that are kept, of choices and of what they led to. */
const NAMES_MAX = 40_000;

export function createNovelty(): Novelty {
  const tries = new Map<string, number>();
  const once = new Map<string, number>();
  const seen = new Map<string, number>();
  return {
    try: (choice) => add(tries, choice, 1),
    see(choice, what) {
      const times = add(seen, `${choice}: ${what}`, 1);
      if (times <= 2) add(once, choice, times === 1 ? 1 : -1);
      return times === 1;
    },
    of: (choice) => ((once.get(choice) ?? 0) + 1) / ((tries.get(choice) ?? 0) + 1),
  };
}

/** The sum; 0 where there are too many names. */
function add(counts: Map<string, number>, name: string, number: number): number {
  const before = counts.get(name);
  if (before === undefined && counts.size >= NAMES_MAX) return 0;
  const sum = (before ?? 0) + number;
  counts.set(name, sum);
  return sum;
}

/** One of them, each as often as its score says. */
export const pickByScore = <T>(random: Random, from: readonly T[], score: (item: T) => number): T =>
  pickScored(random, from, from.map(score));

/** As many of them, some perhaps twice; each is scored once. */
export function pickSomeByScore<T>(
  random: Random,
  count: number,
  from: readonly T[],
  score: (item: T, index: number) => number,
): readonly T[] {
  const scores = from.map(score);
  return repeated(count, () => pickScored(random, from, scores));
}

function pickScored<T>(random: Random, from: readonly T[], scores: readonly number[]): T {
  const total = scores.reduce((sum, each) => sum + each, 0);
  let at = (random.nextInt(0, STEPS - 1) / STEPS) * total;
  let index = 0;
  while (index < from.length - 1 && at >= scores[index]) at -= scores[index++];
  return from[index];
}

const STEPS = 2 ** 30;
