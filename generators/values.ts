import type { Random } from 'fast-check';
import { u64 } from '../src/isa/integers.ts';
import { oneIn, pick } from './random.ts';

/** 64 bits as two signed numbers of 32: arithmetic on `bigint` takes many times as long. */
interface Halves {
  readonly high: number;
  readonly low: number;
}

/** Room to put 64 bits together and take them apart. */
const EIGHT = new DataView(new ArrayBuffer(8));

function halvesOf(value: bigint): Halves {
  EIGHT.setBigUint64(0, value);
  return { high: EIGHT.getInt32(0), low: EIGHT.getInt32(4) };
}

function u64Of({ high, low }: Halves): bigint {
  EIGHT.setInt32(0, high);
  EIGHT.setInt32(4, low);
  return EIGHT.getBigUint64(0);
}

/** Values at which operations change their ways: powers of two and their neighbours, the extremes. */
const BOUNDARIES: readonly bigint[] = [
  ...new Set(
    [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 47, 48, 62, 63].flatMap((shift) => {
      const power = 1n << BigInt(shift);
      return [power - 1n, power, power + 1n, -power, ~power].map(u64);
    }),
  ),
];
const BOUNDARY_HALVES = BOUNDARIES.map(halvesOf);
/** What the low halves become as immediates. */
const IMMEDIATE_HALVES: readonly Halves[] = [...new Set(BOUNDARY_HALVES.map(({ low }) => low))].map(
  (low) => ({ high: low >> 31, low }),
);
const SMALL = [0, 1, -1, 2, 8, 255] as const;

/** Bytes that fill all of some bytes. */
const REPEATED = [0, 0xff, 0x80, 0x7f, 1];

/** Values already used in a case, so that later ones can be equal to them. */
export interface Pool {
  readonly values: Halves[];
}

const POOL_MAX = 16;

export const createPool = (): Pool => ({ values: [] });

/** An unsigned 64-bit value, mostly of a kind that programs stumble over. */
export const drawU64 = (random: Random, pool: Pool): bigint => u64Of(drawHalves(random, pool));

/** A signed 32-bit immediate of the same kinds. */
export function drawImm(random: Random, pool: Pool): number {
  switch (random.nextInt(0, 7)) {
    case 0:
      return random.nextInt(-0x80000000, 0x7fffffff);
    case 1:
      return random.nextInt(-128, 127);
    case 2:
    case 3:
      return pick(random, SMALL);
    case 4:
      return pick(random, pool.values.length > 0 ? pool.values : IMMEDIATE_HALVES).low;
    default: {
      const drawn = pick(random, IMMEDIATE_HALVES);
      if (pool.values.length < POOL_MAX) pool.values.push(drawn);
      return drawn.low;
    }
  }
}

/** `length` bytes: a few boundary values side by side, or one byte repeated, or noise. */
export function drawBytes(random: Random, pool: Pool, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fillBytes(random, pool, bytes, 0, length);
  return bytes;
}

/** Overwrites bytes by such as `drawBytes` draws. */
export function fillBytes(
  random: Random,
  pool: Pool,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  if (oneIn(random, 6)) bytes.fill(pick(random, REPEATED), from, to);
  else if (oneIn(random, 4)) fillWithNoise(random, bytes, from, to);
  else {
    for (let at = from; at < to; at += 8) {
      const { high, low } = drawHalves(random, pool);
      for (let i = 0; i < 8 && at + i < to; i++) bytes[at + i] = (i < 4 ? low : high) >> (8 * i);
    }
  }
}

/** Four bytes are drawn at once. */
function fillWithNoise(random: Random, bytes: Uint8Array, from: number, to: number): void {
  let word = 0;
  for (let at = from; at < to; at++) {
    word = (at - from) % 4 === 0 ? random.nextInt() : word >> 8;
    bytes[at] = word;
  }
}

function drawHalves(random: Random, pool: Pool): Halves {
  const drawn = drawFresh(random, pool);
  if (pool.values.length < POOL_MAX) pool.values.push(drawn);
  else pool.values[random.nextInt(0, POOL_MAX - 1)] = drawn;
  return drawn;
}

function drawFresh(random: Random, pool: Pool): Halves {
  if (pool.values.length > 0 && oneIn(random, 4)) return pick(random, pool.values);
  if (oneIn(random, 3)) {
    const high = random.nextInt(0, 0xffffffff) | 0;
    return { high, low: random.nextInt(0, 0xffffffff) | 0 };
  }
  return pick(random, BOUNDARY_HALVES);
}
