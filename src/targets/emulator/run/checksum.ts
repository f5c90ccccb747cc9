import type { Machine } from '../machine.ts';
import type { Packet } from './packet.ts';

/**
 * `csum_partial` of bytes at an even address: their sum as 32-bit words with the carry brought round, 0
 * only for zeros (lib/checksum.c and arch/x86/lib/csum-partial_64.c, 6.1).
 */
export function partialSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) {
    sum += bytes[i] * 2 ** (8 * (i % 4));
    if (sum > U32_MAX) sum -= U32_MAX;
  }
  return sum;
}

/** `csum_block_add` of the sum of a block that begins so many bytes into what `sum` is of. */
export function addBlock(sum: number, block: number, offset: number): number {
  return addSums(sum, offset % 2 === 0 ? block : ((block >>> 8) | (block << 24)) >>> 0);
}

/** `csum_block_sub`. */
export const subtractBlock = (sum: number, block: number, offset: number): number =>
  addBlock(sum, ~block >>> 0, offset);

/** `skb->csum` as it should be: of all behind the link layer's header. */
export const checksumOf = ({ memory }: Machine, packet: Packet): number =>
  partialSum(memory.bytes.subarray(packet.start + packet.networkOffset, packet.end));

/** Whether `skb->csum` has become wrong, as far as 16 bits tell. */
export const foldsOtherwise = (machine: Machine, packet: Packet): boolean =>
  folded(packet.checksum!) !== folded(checksumOf(machine, packet));

const U32_MAX = 0xffff_ffff;

function addSums(a: number, b: number): number {
  const sum = a + b;
  return sum > U32_MAX ? sum - U32_MAX : sum;
}

/** `csum_fold`, without the complement at its end. */
function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}
