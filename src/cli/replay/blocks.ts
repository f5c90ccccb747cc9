/** Cases that are read and replayed together, by their names in a `Source`. */
export type Block = readonly string[];

const BLOCK_CASES = 64;

/** The names in blocks. */
export const blocksOf = (names: readonly string[]): readonly Block[] =>
  Array.from({ length: Math.ceil(names.length / BLOCK_CASES) }, (_, i) =>
    names.slice(i * BLOCK_CASES, (i + 1) * BLOCK_CASES),
  );
