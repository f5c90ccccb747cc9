import type { Endianness } from '../../target.ts';

const INITIAL = 0xdeadbeef;
const BLOCK_BYTES = 12;

/**
 * Hashes bytes as a machine of that byte order does: whole words are read as the machine reads them, and where
 * the length is a multiple of 4 (`jhash2`, 6.4) all of them. What is left of other lengths goes byte by byte.
 */
export function jhashOn(
  endianness: Endianness,
  bytes: Uint8Array,
  at: number,
  lenBytes: number,
  seed: number,
): number {
  if (endianness === 'little') return jhash(bytes, at, lenBytes, seed);
  const blocks = Math.max(0, Math.ceil(lenBytes / BLOCK_BYTES) - 1) * BLOCK_BYTES;
  const wholeBytes = lenBytes % 4 === 0 ? lenBytes : blocks;
  const swapped = bytes.slice(at, at + lenBytes);
  for (let from = 0; from < wholeBytes; from += 4) swapped.subarray(from, from + 4).reverse();
  return jhash(swapped, 0, lenBytes, seed);
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * Bob Jenkins' hash of `lenBytes` bytes (include/linux/jhash.h 6.1). Of whole words `jhash2` gives the
 * same on a little-endian machine. Unsigned.
 */
export function jhash(bytes: Uint8Array, at: number, lenBytes: number, seed: number): number {
  let a = (INITIAL + lenBytes + seed) | 0;
  let b = a;
  let c = a;
  const word = (from: number, end: number): number => {
    let value = 0;
    for (let i = 0; i < 4 && from + i < end; i++) value |= bytes[from + i] << (8 * i);
    return value;
  };
  const end = at + lenBytes;
  let from = at;
  for (; end - from > BLOCK_BYTES; from += BLOCK_BYTES) {
    a = (a + word(from, end)) | 0;
    b = (b + word(from + 4, end)) | 0;
    c = (c + word(from + 8, end)) | 0;
    // `__jhash_mix`
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (from === end) return c >>> 0;
  a = (a + word(from, end)) | 0;
  b = (b + word(from + 4, end)) | 0;
  c = (c + word(from + 8, end)) | 0;
  // `__jhash_final`
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}
