import type { Random } from 'fast-check';
import { u64 } from '../src/isa/integers.ts';
import { oneIn, pick } from './random.ts';

/** Values at which operations change their ways: powers of two and their neighbours, the extremes. */
const BOUNDARIES: readonly bigint[] = [
  ...new Set(
    [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 47, 48, 62, 63].flatMap((shift) => {
      const power = 1n << BigInt(shift);
      return [power - 1n, power, power + 1n, -power, ~power].map(u64);
    }),
  ),
];
const IMMEDIATES: readonly Immediate[] = [
  ...new Set(BOUNDARIES.map((value) => Number(BigInt.asIntN(32, value)))),
].map((imm) => ({ imm, value: u64(BigInt(imm)) }));

/** An immediate, and the 64 bits that it becomes. */
interface Immediate {
  readonly imm: number;
  readonly value: bigint;
}

const SMALL = [0, 1, -1, 2, 8, 255] as const;

/** Bytes that fill all of some bytes. */
const REPEATED = [0, 0xff, 0x80, 0x7f, 1];

/** Values already used in a case, so that later ones can be equal to them. */
export interface Pool {
  readonly values: bigint[];
}

const POOL_MAX = 16;

/** Room to put 64 bits together and take them apart, which arithmetic on `bigint` does slowly. */
const EIGHT = new DataView(new ArrayBuffer(8));

export const createPool = (): Pool => ({ values: [] });

/** An unsigned 64-bit value, mostly of a kind that programs stumble over. */
export function drawU64(random: Random, pool: Pool): bigint {
  const value = drawFresh(random, pool);
  if (pool.values.length < POOL_MAX) pool.values.push(value);
  else pool.values[random.nextInt(0, POOL_MAX - 1)] = value;
  return value;
}

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
      if (pool.values.length > 0) return Number(BigInt.asIntN(32, pick(random, pool.values)));
      return pick(random, IMMEDIATES).imm;
    default: {
      const { imm, value } = pick(random, IMMEDIATES);
      if (pool.values.length < POOL_MAX) pool.values.push(value);
      return imm;
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
      EIGHT.setBigUint64(0, drawU64(random, pool), true);
      for (let i = 0; i < 8 && at + i < to; i++) bytes[at + i] = EIGHT.getUint8(i);
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

function drawFresh(random: Random, pool: Pool): bigint {
  if (pool.values.length > 0 && oneIn(random, 4)) return pick(random, pool.values);
  if (oneIn(random, 3)) {
    EIGHT.setUint32(0, random.nextInt(0, 0xffffffff));
    EIGHT.setUint32(4, random.nextInt(0, 0xffffffff));
    return EIGHT.getBigUint64(0);
  }
  return pick(random, BOUNDARIES);
}
