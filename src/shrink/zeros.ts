import { chunksOf } from './chunks.ts';

/** Of long bytes only larger parts are tried: shortening them comes first, and is worth more. */
const PARTS_MAX = 128;

/** The same bytes with zeros in a part that has some others. */
export function* withMoreZeros(bytes: Uint8Array): Iterable<Uint8Array> {
  const smallest = Math.ceil(bytes.length / PARTS_MAX);
  for (const { from, to } of chunksOf(bytes.length, smallest)) {
    if (bytes.subarray(from, to).every((byte) => byte === 0)) continue;
    yield bytes.slice().fill(0, from, to);
  }
}
