/**
 * Pointers that progs may hold, compare and hand to helpers, but not follow: no region lies there.
 *
 *   0x8000_0000 + n   map n of the case        0xc000_0000 + n   the function at row n
 *   0xe000_0000       the socket of an skb
 */
const MAPS = 0x8000_0000;
const FUNCTIONS = 0xc000_0000;
/** Room for a struct between one and the next, so that offsets don't make one of the other. */
const MAP_SPACING = 256;

export const SOCKET_POINTER = 0xe000_0000n;

export const mapPointer = (index: number): bigint => BigInt(MAPS + index * MAP_SPACING);
export const functionPointer = (row: number): bigint => BigInt(FUNCTIONS + row);

/** The index of the map, or undefined where the number is no pointer to a map. */
export function mapIndexOf(pointer: bigint): number | undefined {
  const offset = Number(pointer) - MAPS;
  if (offset < 0 || offset >= FUNCTIONS - MAPS || offset % MAP_SPACING !== 0) return undefined;
  return offset / MAP_SPACING;
}

/** The row of the function, or undefined where the number is no pointer to one. */
export function functionRowOf(pointer: bigint): number | undefined {
  const row = Number(pointer) - FUNCTIONS;
  return row >= 0 && row < Number(SOCKET_POINTER) - FUNCTIONS ? row : undefined;
}
