import type { ImmRule } from '../../src/isa/alu.ts';
import { u64 } from '../../src/isa/integers.ts';

/**
 * The operands of the grid: where a width ends, where a sign turns, what is extended by a sign, and
 * patterns that show every bit which goes astray.
 */
export const WORDS: readonly bigint[] = [
  0n,
  1n,
  2n,
  -1n,
  -2n,
  ...[8n, 16n, 32n].flatMap((bits) => {
    const half = 1n << (bits - 1n);
    return [half - 1n, half, 2n * half - 1n, 2n * half, -half, -half - 1n];
  }),
  0x8000_0001n,
  0x1_0000_0001n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 63n + 1n,
  31n,
  32n,
  63n,
  64n,
  0x5555_5555_5555_5555n,
  0xaaaa_aaaa_aaaa_aaaan,
  0x0123_4567_89ab_cdefn,
  0xfedc_ba98_7654_3210n,
].map(u64);

/** A few of them, for what has more operands than two. */
export const FEW_WORDS: readonly bigint[] = [
  0n,
  1n,
  -1n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 63n,
  0x0123_4567_89ab_cdefn,
].map(u64);

/** Signed 32-bit immediates: the words as far as they are told by 32 bits. */
export const IMMEDIATES: readonly number[] = [
  ...new Set(WORDS.map((word) => Number(BigInt.asIntN(32, word)))),
];

/** Those that an operation of that width takes. */
export function immediatesOf(rule: ImmRule, bits: 32 | 64): readonly number[] {
  if (rule === 'shift') return SHIFTS.filter((count) => count < bits);
  return rule === 'nonzero' ? IMMEDIATES.filter((imm) => imm !== 0) : IMMEDIATES;
}

const SHIFTS: readonly number[] = [0, 1, 2, 7, 8, 15, 16, 24, 30, 31, 32, 33, 47, 48, 62, 63];

/**
 * Distances from a base at which encodings of the machines' own insns end: 8 bits (x86-64), 9 (arm64),
 * 12 (RISC-V, s390x), 12 times the size (arm64), and 16, where the field itself ends.
 */
export const OFFSETS: readonly number[] = [
  -32768, -32767, -32760, -4096, -2049, -2048, -264, -257, -256, -129, -128, -8, -1, 0, 1, 2, 3, 4,
  7, 8, 120, 127, 128, 255, 256, 2047, 2048, 4095, 4096, 8190, 8192, 16380, 16384, 32759, 32760,
];

/** The cartesian product. */
export const pairsOf = <A, B>(
  left: readonly A[],
  right: readonly B[],
): readonly (readonly [A, B])[] => left.flatMap((a) => right.map((b) => [a, b] as const));

/** Bytes without order, of which every second has its sign bit set. */
export const pattern = (length: number, salt = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (0x9d * (i + salt) + 0x5b) & 0xff);

/** The items in their order, so many together at most: what a case has of them is bounded. */
export const partsOf = <T>(items: readonly T[], most: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, part) =>
    items.slice(part * most, (part + 1) * most),
  );
