import { shrinkNumber } from './number.ts';

/** Bytes cut to between `min` and their length; the shortest first. */
export function* shortenBytes(bytes: Uint8Array, min: number): Generator<Uint8Array> {
  if (bytes.length <= min) return;
  for (const extra of shrinkNumber(bytes.length - min)) yield bytes.slice(0, min + extra);
}

/** Bytes of the same length with more zeros: all of them, halves, quarters, ... each; then smaller ones. */
export function* zeroBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let size = bytes.length; size >= 1; size = size === 1 ? 0 : (size + 1) >> 1) {
    for (let at = 0; at < bytes.length; at += size) {
      if (!bytes.subarray(at, at + size).some((byte) => byte !== 0)) continue;
      yield bytes.slice().fill(0, at, at + size);
    }
  }
  for (const [index, byte] of bytes.entries()) {
    for (const smaller of shrinkNumber(byte)) if (smaller !== 0) yield bytes.with(index, smaller);
  }
}
