/** Below it a number mostly chooses something; above, it is a value, of which a power of two tells enough here. */
const CHOICES_MAX = 256n;
const POWERS: readonly bigint[] = [0n, 7n, 8n, 15n, 16n, 31n, 32n, 47n, 63n].map(
  (bit) => 1n << bit,
);

/** Numbers nearer to 0 than `value`, of its sign, the nearest to 0 first. */
export function* shrinkNumber(value: number): Generator<number> {
  for (const smaller of shrinkBigInt(BigInt(value))) yield Number(smaller);
}

/** The same for numbers of any size. What is left of large ones is for the passes of src/shrink. */
export function* shrinkBigInt(value: bigint): Generator<bigint> {
  if (value === 0n) return;
  const [size, sign] = value < 0n ? [-value, -1n] : [value, 1n];
  if (size < CHOICES_MAX) {
    for (let gap = value; gap !== 0n; gap /= 2n) yield value - gap;
    return;
  }
  yield 0n;
  for (const power of POWERS) if (power < size) yield sign * power;
}

/** Masks with fewer bits: none, one half of them, then all but one. */
export function* shrinkMask(mask: number): Generator<number> {
  const bits = Array.from({ length: 31 }, (_, bit) => 1 << bit).filter((bit) => mask & bit);
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
