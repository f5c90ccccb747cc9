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
const IMMEDIATES: readonly number[] = [
  ...new Set(BOUNDARIES.map((value) => Number(BigInt.asIntN(32, value)))),
];
const SMALL = [0, 1, -1, 2, 8, 255] as const;

/** Values already used in a case, so that later ones can be equal to them. */
export interface Pool {
  readonly values: bigint[];
}

const POOL_MAX = 16;

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
      return pick(random, IMMEDIATES);
    default: {
      const imm = pick(random, IMMEDIATES);
      if (pool.values.length < POOL_MAX) pool.values.push(u64(BigInt(imm)));
      return imm;
    }
  }
}

/** `length` bytes: a few boundary values side by side, or one byte repeated, or noise. */
export function drawBytes(random: Random, pool: Pool, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (oneIn(random, 6)) return bytes.fill(pick(random, [0, 0xff, 0x80, 0x7f, 1]));
  if (oneIn(random, 4)) return bytes.map(() => random.nextInt(0, 255));
  for (let at = 0; at < length; at += 8) {
    let rest = drawU64(random, pool);
    for (let i = at; i < Math.min(at + 8, length); i++) {
      bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }
  return bytes;
}

function drawFresh(random: Random, pool: Pool): bigint {
  if (pool.values.length > 0 && oneIn(random, 4)) return pick(random, pool.values);
  if (oneIn(random, 3)) {
    const high = BigInt(random.nextInt(0, 0xffffffff));
    return (high << 32n) | BigInt(random.nextInt(0, 0xffffffff));
  }
  return pick(random, BOUNDARIES);
}
