import type { Machine } from '../machine.ts';
import type { Packet } from './packet.ts';

/*
 * Sums of ones' complement arithmetic, 32 bits, of words as the machine reads them
 * (include/net/checksum.h and include/asm-generic/checksum.h, 6.1).
 */

/** `csum_add`: the carry is brought round. */
export function sumOf(a: number, b: number): number {
  const sum = a + b;
  return sum >= 2 ** 32 ? sum - 2 ** 32 + 1 : sum;
}

export const inverted = (sum: number): number => ~sum >>> 0;

/** `csum_sub`. */
export const differenceOf = (a: number, b: number): number => sumOf(a, inverted(b));

/** `csum_fold` */
export function folded(sum: number): number {
  let value = (sum & 0xffff) + (sum >>> 16);
  value = (value & 0xffff) + (value >>> 16);
  return ~value & 0xffff;
}

/** `csum_from32to16`: folded, and not inverted. */
export const halved = (sum: number): number => ~folded(sum) & 0xffff;

/** `csum_partial` of bytes that follow one another. Words that are missing bytes are filled with zeros. */
export function partialSum(machine: Machine, address: number, bytes: number, seed = 0): number {
  return summed(machine, wordsAt(machine, address, bytes), seed);
}

/** As the machine reads them; what is missing of the last one is zeros. */
export function wordsAt(
  { memory, littleEndian }: Machine,
  address: number,
  bytes: number,
): readonly number[] {
  const padded = new Uint8Array(Math.ceil(bytes / 4) * 4);
  padded.set(memory.bytes.subarray(address, address + bytes));
  const view = new DataView(padded.buffer);
  return Array.from({ length: padded.length / 4 }, (_, i) => view.getUint32(4 * i, littleEndian));
}

/** `csum_partial`: architectures differ in how far the words are folded before the seed is added. */
export function summed({ arch }: Machine, words: readonly number[], seed: number): number {
  const sum = words.reduce(sumOf, 0);
  return sumOf(arch.checksumPartial === 'folded' ? halved(sum) : sum, seed);
}

/** `csum_block_add` of the sum of a block that begins so many bytes into what `sum` is of. */
export const addBlock = (sum: number, block: number, offset: number): number =>
  sumOf(sum, offset % 2 === 0 ? block : ((block >>> 8) | (block << 24)) >>> 0);

/** `csum_block_sub` */
export const subtractBlock = (sum: number, block: number, offset: number): number =>
  addBlock(sum, inverted(block), offset);

/** `skb->csum` as it should be: of all behind the link layer's header. */
export function checksumOf(machine: Machine, { start, end, networkOffset }: Packet): number {
  const from = start + networkOffset;
  // A packet may have been cut before its network header, where the kernel has a BUG (causes/causes.ts,
  // checksum-of-less-than-nothing).
  return partialSum(machine, from, Math.max(0, end - from));
}

/** `skb_postpush_rcsum`: bytes have come to what is summed. */
export function noteAdded(machine: Machine, { skb }: Packet, address: number, bytes: number): void {
  if (skb.summed !== 'complete') return;
  skb.checksum = sumOf(skb.checksum, partialSum(machine, address, bytes));
}

/** `skb_postpull_rcsum`: bytes are taken away from it. It negates as `u32` does. */
export function noteTaken(machine: Machine, { skb }: Packet, address: number, bytes: number): void {
  if (skb.summed !== 'complete') return;
  skb.checksum = negated(partialSum(machine, address, bytes, negated(skb.checksum)));
}

const negated = (sum: number): number => -sum >>> 0;
