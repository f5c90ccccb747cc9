/** Numbers nearer to 0 than `value`, of its sign: 0 first, then ever smaller steps away from it. */
export function* towardsZero(value: bigint): Iterable<bigint> {
  if (value === 0n) return;
  yield 0n;
  for (let step = value / 2n; step !== 0n; step /= 2n) yield value - step;
}
