/** The only places where an integer changes its width or its signedness. */

/** The value modulo 2^64, in [0, 2^64). */
export const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The two's complement reading of the low 64 bits, in [-2^63, 2^63). */
export const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The value modulo 2^32, in [0, 2^32). */
export const u32 = (value: bigint): bigint => BigInt.asUintN(32, value);

/** The two's complement reading of the low 32 bits, in [-2^31, 2^31). */
export const s32 = (value: bigint): bigint => BigInt.asIntN(32, value);

/** The bytes of the low `lenBytes` bytes of `value` in reversed order. */
export function swapBytes(value: bigint, lenBytes: number): bigint {
  let swapped = 0n;
  let rest = value;
  for (let i = 0; i < lenBytes; i++) {
    swapped = (swapped << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return swapped;
}
