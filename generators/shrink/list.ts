/**
 * Lists that are smaller than `list` but keep at least `min` items: without large runs of items first,
 * then without each, then with one item made smaller.
 */
export function* shrinkList<T>(
  list: readonly T[],
  shrinkItem: (item: T) => Iterable<T>,
  min = 0,
): Generator<readonly T[]> {
  for (let size = list.length; size >= 1; size >>= 1) {
    if (list.length - size < min) continue;
    for (let at = 0; at < list.length; at += size) {
      const kept = list.toSpliced(at, size);
      if (kept.length >= min) yield kept;
    }
  }
  yield* shrinkItems(list, shrinkItem);
}

/** Lists of the same length with one item made smaller. */
export function* shrinkItems<T>(
  list: readonly T[],
  shrinkItem: (item: T) => Iterable<T>,
): Generator<readonly T[]> {
  for (const [index, item] of list.entries()) {
    for (const smaller of shrinkItem(item)) yield list.with(index, smaller);
  }
}
