/** A part of a list: `from` up to but not with `to`. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
}

/**
 * Parts of a list of `length` items: all of it, its halves, its quarters and so on down to `smallest`
 * items, of each size the last first, because what stands late uses what stands early.
 */
export function* chunksOf(length: number, smallest = 1): Iterable<Chunk> {
  for (let size = length; size >= smallest && size > 0; size = Math.floor(size / 2)) {
    for (let to = length; to > 0; to -= size) yield { from: Math.max(0, to - size), to };
  }
}

/** The list without a chunk of it. */
export function* withoutChunks<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (const { from, to } of chunksOf(items.length)) yield items.toSpliced(from, to - from);
}

/** The list with one item replaced, by each of what `smaller` makes of it. */
export function* withEach<T>(
  items: readonly T[],
  smaller: (item: T, index: number) => Iterable<T>,
): Iterable<readonly T[]> {
  for (const [index, item] of items.entries()) {
    for (const replacement of smaller(item, index)) yield items.with(index, replacement);
  }
}
