import * as fc from 'fast-check';

/**
 * A `Random` of fast-check that begins at `seed`: any text, or a number of any size. The generator
 * behind it is sfc32 (PractRand), fed by two FNV-1a hashes of the seed.
 */
export function seededRandom(seed: bigint | string): fc.Random {
  const text = String(seed);
  const generator = new Sfc32(hash(text, 0x811c9dc5), hash(text, 0x01234567), text.length, 1);
  for (let i = 0; i < 16; i++) generator.next();
  return new SeededRandom(generator);
}

/** True with probability 1 / `n`. */
export const oneIn = (random: fc.Random, n: number): boolean => random.nextInt(1, n) === 1;

/** True in `percent` of 100. */
export const percent = (random: fc.Random, share: number): boolean => random.nextInt(0, 99) < share;

export const pick = <T>(random: fc.Random, from: readonly T[]): T =>
  from[random.nextInt(0, from.length - 1)];

/** Things to choose from, each as often as its weight says. */
export interface Weighted<T> {
  readonly values: readonly T[];
  /** For each value the sum of its weight and of those before it. */
  readonly upTo: readonly number[];
}

/** Leaves out what weighs nothing. */
export function weighted<T>(weights: Iterable<readonly [T, number]>): Weighted<T> {
  const values: T[] = [];
  const upTo: number[] = [];
  let total = 0;
  for (const [value, weight] of weights) {
    if (weight <= 0) continue;
    total += weight;
    values.push(value);
    upTo.push(total);
  }
  return { values, upTo };
}

export function pickWeighted<T>(random: fc.Random, { values, upTo }: Weighted<T>): T {
  const at = random.nextInt(1, upTo[upTo.length - 1]);
  let index = 0;
  while (upTo[index] < at) index++;
  return values[index];
}

/** Draws numbers straight from its generator, where fast-check's own go through adapters. */
class SeededRandom extends fc.Random {
  readonly #generator: Sfc32;

  constructor(generator: Sfc32) {
    // What isn't overridden draws from the same generator.
    super({
      clone: () => generator,
      next: () => generator.next(),
      getState: () => generator.getState(),
    });
    this.#generator = generator;
  }

  override clone(): fc.Random {
    return new SeededRandom(this.#generator.clone());
  }

  /** Of a range of up to 2^32 numbers, by one multiplication: each is as likely as 32 bits can tell. */
  override nextInt(min = -0x80000000, max = 0x7fffffff): number {
    return min + Math.floor((this.#generator.next() >>> 0) * ((max - min + 1) / 2 ** 32));
  }
}

class Sfc32 {
  #a: number;
  #b: number;
  #c: number;
  #count: number;

  constructor(a: number, b: number, c: number, count: number) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#count = count;
  }

  clone(): Sfc32 {
    return new Sfc32(this.#a, this.#b, this.#c, this.#count);
  }

  /** 32 bits, signed. */
  next(): number {
    const result = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }

  getState(): readonly number[] {
    return [this.#a, this.#b, this.#c, this.#count];
  }
}

function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
