import { ENOENT } from '../errno.ts';
import { littleEndianIndex } from './keys.ts';

/** An index as a key of entries and outcomes: little-endian on every machine. */
export const littleEndianKey = (index: number): Uint8Array =>
  Uint8Array.of(index, index >>> 8, index >>> 16, index >>> 24);

/**
 * `bpf_array_get_next_key` (kernel/bpf/arraymap.c 6.1) and its likes: indexes one after another, whether there
 * is anything or not.
 */
export function nextIndex(maxEntries: number, key: Uint8Array | null): Uint8Array | number {
  const index = key === null ? 0xffff_ffff : littleEndianIndex(key);
  if (index >= maxEntries) return littleEndianKey(0);
  return index === maxEntries - 1 ? ENOENT : littleEndianKey(index + 1);
}
