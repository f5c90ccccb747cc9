import * as fc from 'fast-check';

/**
 * A `Random` of fast-check that begins at `seed`: any text, or a number of any size. The generator
 * behind it is sfc32 (PractRand), fed by two FNV-1a hashes of the seed.
 */
export function seededRandom(seed: bigint | string): fc.Random {
  const text = String(seed);
  const state = Int32Array.of(hash(text, 0x811c9dc5), hash(text, 0x01234567), text.length, 1);
  for (let i = 0; i < 16; i++) step(state);
  return new fc.Random(generator(state));
}

/** True with probability 1 / `n`. */
export const oneIn = (random: fc.Random, n: number): boolean => random.nextInt(1, n) === 1;

/** True in `percent` of 100. */
export const percent = (random: fc.Random, share: number): boolean => random.nextInt(0, 99) < share;

export const pick = <T>(random: fc.Random, from: readonly T[]): T =>
  from[random.nextInt(0, from.length - 1)];

/** Things to choose from, each as often as its weight says. */
export interface Weighted<T> {
  readonly total: number;
  readonly choices: readonly { readonly value: T; readonly upTo: number }[];
}

/** Leaves out what weighs nothing. */
export function weighted<T>(weights: Iterable<readonly [T, number]>): Weighted<T> {
  const choices: { value: T; upTo: number }[] = [];
  let total = 0;
  for (const [value, weight] of weights) {
    if (weight <= 0) continue;
    total += weight;
    choices.push({ value, upTo: total });
  }
  return { total, choices };
}

export function pickWeighted<T>(random: fc.Random, { total, choices }: Weighted<T>): T {
  const at = random.nextInt(1, total);
  return choices.find(({ upTo }) => at <= upTo)!.value;
}

interface Generator {
  clone(): Generator;
  next(): number;
  getState(): readonly number[];
}

function generator(start: Int32Array): Generator {
  const state = start.slice();
  return {
    clone: () => generator(state),
    next: () => step(state),
    getState: () => [...state],
  };
}

function step(state: Int32Array): number {
  const [a, b, c, count] = state;
  const result = (a + b + count) | 0;
  state[3] = count + 1;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + result;
  return result;
}

function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
