/** Exponents of the powers of two that are tried: each small one, and those about the ends of widths. */
const EXPONENTS: readonly bigint[] = [0, 1, 2, 3, 5, 7, 8, 11, 15, 16, 23, 31, 32, 47, 62, 63].map(
  BigInt,
);

/**
 * Numbers nearer to 0 than `value`, of its sign: 0 first, then powers of two, the least first, so that most of
 * what a number has to be is found at once; then ever smaller steps away from it.
 */
export function* towardsZero(value: bigint): Iterable<bigint> {
  if (value === 0n) return;
  yield 0n;
  const [size, sign] = value < 0n ? [-value, -1n] : [value, 1n];
  for (const exponent of EXPONENTS) {
    if (1n << exponent < size) yield sign << exponent;
  }
  for (let step = size / 2n; step !== 0n; step /= 2n) yield sign * (size - step);
}
