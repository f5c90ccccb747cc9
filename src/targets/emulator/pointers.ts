/**
 * Pointers that progs may hold, compare and hand to helpers, but not follow: no region lies there.
 * Where they lie depends on luck; with none of it,
 *
 *   0x8000_0000 + n   map n of the case        0xc000_0000 + n   the function at row n
 *   0xe000_0000       the socket of an skb          0xf000_0000 + n   per-CPU variable n
 *   0xe800_0000       the task that runs
 */
export interface Pointers {
  readonly ofMap: (index: number) => bigint;
  readonly ofFunction: (row: number) => bigint;
  readonly ofVariable: (index: number) => bigint;
  readonly socket: bigint;
  readonly task: bigint;
  /** The index of the map, or undefined where the number is no pointer to a map. */
  readonly mapIndexOf: (pointer: bigint) => number | undefined;
  /** The row of the function, or undefined where the number is no pointer to one. */
  readonly functionRowOf: (pointer: bigint) => number | undefined;
  /** Whether it is one of these, or lies beside it. */
  readonly isOne: (pointer: number) => boolean;
  /** The index of the variable, or undefined where the number is no pointer to one. */
  readonly variableIndexOf: (pointer: bigint) => number | undefined;
}

const MAPS = 0x8000_0000;
const FUNCTIONS = 0xc000_0000;
const SOCKET = 0xe000_0000;
const TASK = 0xe800_0000;
const VARIABLES = 0xf000_0000;
const END = 2 ** 32;
/** Room for a struct between one and the next, so that offsets don't make one of the other. */
const SPACING = 256;
/** For each bit of luck. Every half of a pointer changes; alignment to 8 bytes stays. */
const LUCK_BYTES = 0x0001_0001_0108;

/** The pointers of an emulator of that luck, 0 to 255. */
export function pointersOf(luck: number): Pointers {
  const base = luck * LUCK_BYTES;
  const pointer = (offset: number): bigint => BigInt(base + offset);
  const within = (pointer: bigint, start: number, end: number): number | undefined => {
    const offset = Number(pointer) - base;
    return offset >= start && offset < end ? offset - start : undefined;
  };
  const indexWithin = (pointer: bigint, start: number, end: number): number | undefined => {
    const offset = within(pointer, start, end);
    return offset !== undefined && offset % SPACING === 0 ? offset / SPACING : undefined;
  };
  return {
    ofMap: (index) => pointer(MAPS + index * SPACING),
    ofFunction: (row) => pointer(FUNCTIONS + row),
    ofVariable: (index) => pointer(VARIABLES + index * SPACING),
    socket: pointer(SOCKET),
    task: pointer(TASK),
    mapIndexOf: (found) => indexWithin(found, MAPS, FUNCTIONS),
    functionRowOf: (found) => within(found, FUNCTIONS, SOCKET),
    isOne: (found) => found >= base + MAPS && found < base + END,
    variableIndexOf: (found) => indexWithin(found, VARIABLES, END),
  };
}
