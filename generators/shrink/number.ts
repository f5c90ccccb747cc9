/** Below it a number mostly chooses something; above, it is a value, of which a power of two tells enough here. */
const CHOICES_MAX = 256;
const POWERS: readonly number[] = [0, 7, 8, 15, 16, 31, 32, 47, 63].map((bit) => 2 ** bit);

/** Numbers nearer to 0 than `value`, of its sign, the nearest to 0 first. */
export function* shrinkNumber(value: number): Generator<number> {
  const size = Math.abs(value);
  if (size < CHOICES_MAX) {
    for (let gap = value; gap !== 0; gap = Math.trunc(gap / 2)) yield value - gap;
    return;
  }
  yield 0;
  for (const power of POWERS) if (power < size) yield Math.sign(value) * power;
}

/** The same for numbers of any size. What is left of large ones is for the passes of src/shrink. */
export function* shrinkBigInt(value: bigint): Generator<bigint> {
  const size = value < 0n ? -value : value;
  if (size <= Number.MAX_SAFE_INTEGER) {
    for (const smaller of shrinkNumber(Number(value))) yield BigInt(smaller);
    return;
  }
  yield 0n;
  for (const power of POWERS) if (power < size) yield BigInt(power) * (value < 0n ? -1n : 1n);
}

/** Masks with fewer bits: none, one half of them, then all but one. */
export function* shrinkMask(mask: number): Generator<number> {
  const bits: number[] = [];
  for (let bit = 0; bit < 31; bit++) if ((mask & (1 << bit)) !== 0) bits.push(1 << bit);
  if (bits.length === 0) return;
  yield 0;
  if (bits.length > 2) {
    const half = bits.length >> 1;
    for (const kept of [bits.slice(0, half), bits.slice(half)]) {
      yield kept.reduce((sum, bit) => sum | bit, 0);
    }
  }
  if (bits.length > 1) for (const bit of bits) yield mask & ~bit;
}
