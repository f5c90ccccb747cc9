/** Sums of counts whose names have the same key, which follows from the words of a name. */
export function sumsByWord(
  counts: Readonly<Record<string, number>>,
  keyOf: (words: readonly string[]) => string,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of Object.entries(counts)) {
    const key = keyOf(name.split(' '));
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return sums;
}
