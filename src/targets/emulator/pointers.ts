/**
 * Pointers that progs may hold, compare and hand to helpers, but not follow: no region lies there.
 *
 *   0x8000_0000 + n   map n of the case        0xc000_0000 + n   the function at row n
 *   0xe000_0000       the socket of an skb          0xf000_0000 + n   per-CPU variable n
 */
const MAPS = 0x8000_0000;
const FUNCTIONS = 0xc000_0000;
/** Room for a struct between one and the next, so that offsets don't make one of the other. */
const SPACING = 256;

export const SOCKET_POINTER = 0xe000_0000n;
const VARIABLES = 0xf000_0000;

export const mapPointer = (index: number): bigint => BigInt(MAPS + index * SPACING);
export const variablePointer = (index: number): bigint => BigInt(VARIABLES + index * SPACING);
export const functionPointer = (row: number): bigint => BigInt(FUNCTIONS + row);

/** The index of the map, or undefined where the number is no pointer to a map. */
export const mapIndexOf = (pointer: bigint): number | undefined =>
  indexOf(Number(pointer) - MAPS, FUNCTIONS - MAPS);

/** The index of the variable, or undefined where the number is no pointer to one. */
export const variableIndexOf = (pointer: bigint): number | undefined =>
  indexOf(Number(pointer) - VARIABLES, 2 ** 32 - VARIABLES);

/** The row of the function, or undefined where the number is no pointer to one. */
export function functionRowOf(pointer: bigint): number | undefined {
  const row = Number(pointer) - FUNCTIONS;
  return row >= 0 && row < Number(SOCKET_POINTER) - FUNCTIONS ? row : undefined;
}

function indexOf(offset: number, end: number): number | undefined {
  return offset >= 0 && offset < end && offset % SPACING === 0 ? offset / SPACING : undefined;
}
