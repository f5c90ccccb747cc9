import { u64 } from '../../src/isa/integers.ts';

/** A class of values that operations, or the verifier, treat in a way of their own. */
interface ValueClass {
  readonly name: string;
  readonly has: (value: bigint) => boolean;
}

const isOneOf =
  (...values: readonly bigint[]) =>
  (value: bigint): boolean =>
    values.some((one) => u64(one) === u64(value));

/** Where a number of so many bits turns its sign, or ends, and the neighbours. */
const edges = (bits: bigint): readonly ValueClass[] => {
  const half = 1n << (bits - 1n);
  return [
    { name: `largest of s${bits}`, has: isOneOf(half - 1n) },
    { name: `sign bit of ${bits}`, has: isOneOf(half, -half) },
    { name: `below the least of s${bits}`, has: isOneOf(-half - 1n, half + 1n) },
    { name: `largest of u${bits}`, has: isOneOf(2n * half - 1n) },
    ...(bits < 64n ? [{ name: `beyond u${bits}`, has: isOneOf(2n * half) }] : []),
  ];
};

const SMALL = 128n;
const isPower = (value: bigint): boolean => value > 0n && (value & (value - 1n)) === 0n;

/** Read as signed. */
const COMMON: readonly ValueClass[] = [
  { name: 'zero', has: isOneOf(0n) },
  { name: 'one', has: isOneOf(1n) },
  { name: 'minus one', has: isOneOf(-1n) },
  { name: 'small', has: (value) => value > 1n && value < SMALL },
  { name: 'small and negative', has: (value) => value < -1n && value >= -SMALL },
  { name: 'power of two', has: (value) => isPower(value) },
  { name: 'below a power of two', has: (value) => isPower(value + 1n) },
  { name: 'above a power of two', has: (value) => isPower(value - 1n) },
  { name: 'negative power of two', has: (value) => isPower(-value) },
];

/** Of 64 bits. */
const CLASSES_64: readonly ValueClass[] = [
  ...COMMON,
  ...[8n, 16n, 32n, 64n].flatMap(edges),
  { name: 'nothing special in either half', has: (value) => special(value, 64) > 12 },
];

/** Of signed 32 bits: what an immediate, a 32-bit field or half a register holds. */
const CLASSES_32: readonly ValueClass[] = [
  ...COMMON,
  ...[8n, 16n].flatMap(edges),
  { name: 'largest of s32', has: isOneOf(2n ** 31n - 1n) },
  { name: 'least of s32', has: isOneOf(-(2n ** 31n)) },
  { name: 'nothing special', has: (value) => special(value, 32) > 6 },
];

/** How often neighbouring bits differ. */
function special(value: bigint, bits: number): number {
  const text = BigInt.asUintN(bits, value).toString(2).padStart(bits, '0');
  return [...text].filter((bit, i) => i > 0 && bit !== text[i - 1]).length;
}

const missing = (classes: readonly ValueClass[], values: readonly bigint[]): readonly string[] =>
  classes.filter(({ has }) => !values.some(has)).map(({ name }) => name);

/** The classes of 64-bit values that none of these is of. */
export const unreached64 = (values: readonly bigint[]): readonly string[] =>
  missing(
    CLASSES_64,
    values.map((value) => BigInt.asIntN(64, value)),
  );

/** The classes of signed 32-bit values that none of these is of. */
export const unreached32 = (values: readonly (number | bigint)[]): readonly string[] =>
  missing(CLASSES_32, values.map(BigInt));
