/** Numbers nearer to 0 than `value`, the nearest to 0 first: as fast-check does it, by halves. */
export function* shrinkNumber(value: number): Generator<number> {
  for (let gap = value; gap !== 0; gap = Math.trunc(gap / 2)) yield value - gap;
}

export function* shrinkBigInt(value: bigint): Generator<bigint> {
  for (let gap = value; gap !== 0n; gap /= 2n) yield value - gap;
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
