import { EFAULT, EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { addBlock, partialSum, subtractBlock } from '../run/checksum.ts';
import type { Packet } from '../run/packet.ts';
import { clearHash, makeLinear } from '../run/skb-state.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

const INT_MAX = 0x7fff_ffff;
/** BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH. */
const RECOMPUTE = 1n;
const INVALIDATE_HASH = 2n;
const RELATIVE_OFFSET_MAX = 0xffff;

/**
 * `bpf_skb_load_bytes(skb, offset, to, len)`, net/core/filter.c 6.1: clears `to` where it fails, as it
 * always does for flow dissectors, which are run without an skb.
 */
export const skbLoadBytes: Helper = (machine) => {
  if (numberIn(machine.words, 1) !== machine.ctx.start) badArgument(machine, 1, 'an skb');
  const lenBytes = u32Argument(machine, 4);
  const to = memoryArgument(machine, 3, lenBytes, Access.WRITE);
  if (to === 0) return 0n;
  const { packet, memory } = machine;
  const { bytes } = memory;
  const offset = u32Argument(machine, 2);
  if (packet === null || offset > INT_MAX || offset + lenBytes > packet.end - packet.start) {
    bytes.fill(0, to, to + lenBytes);
    return failure(EFAULT);
  }
  const from = packet.start + offset;
  bytes.copyWithin(to, from, from + lenBytes);
  return 0n;
};

/** `bpf_skb_store_bytes(skb, offset, from, len, flags)`, net/core/filter.c 6.1. */
export const skbStoreBytes: Helper = (machine) => {
  const packet = packetArgument(machine);
  const lenBytes = u32Argument(machine, 4);
  const from = memoryArgument(machine, 3, lenBytes, Access.READ);
  const flags = machine.regs[5];
  if (packet === undefined || from === 0) return 0n;
  if ((flags & ~(RECOMPUTE | INVALIDATE_HASH)) !== 0n) return failure(EINVAL);
  const offset = u32Argument(machine, 2);
  if (offset > INT_MAX || offset + lenBytes > packet.end - packet.start) return failure(EFAULT);
  if (!makeLinear(machine, packet, offset + lenBytes)) return failure(EFAULT);
  const { skb } = packet;
  const to = packet.start + offset;
  const isSummed = skb.summed === 'complete' && (flags & RECOMPUTE) !== 0n;
  if (isSummed) {
    skb.checksum = subtractBlock(skb.checksum, partialSum(machine, to, lenBytes), offset);
  }
  machine.memory.bytes.copyWithin(to, from, from + lenBytes);
  if (isSummed) skb.checksum = addBlock(skb.checksum, partialSum(machine, to, lenBytes), offset);
  if ((flags & INVALIDATE_HASH) !== 0n) clearHash(machine, packet);
  return 0n;
};

/** `bpf_skb_load_bytes_relative(skb, offset, to, len, start_header)`, net/core/filter.c 6.1. */
export const skbLoadBytesRelative: Helper = (machine) => {
  const packet = packetArgument(machine);
  const lenBytes = u32Argument(machine, 4);
  const to = memoryArgument(machine, 3, lenBytes, Access.WRITE);
  if (packet === undefined || to === 0) return 0n;
  const { bytes } = machine.memory;
  const offset = u32Argument(machine, 2);
  const base = [packet.macOffset, packet.networkOffset][u32Argument(machine, 5)];
  const from = packet.start + (base ?? 0) + offset;
  if (offset > RELATIVE_OFFSET_MAX || base === undefined || from + lenBytes > packet.linearEnd) {
    bytes.fill(0, to, to + lenBytes);
    return failure(EFAULT);
  }
  bytes.copyWithin(to, from, from + lenBytes);
  return 0n;
};

/** The packet of the skb that r1 points to; undefined, with a fault, where it points to none. */
export function packetArgument(machine: Machine): Packet | undefined {
  if (machine.packet !== null && numberIn(machine.words, 1) === machine.ctx.start) {
    return machine.packet;
  }
  badArgument(machine, 1, 'an skb');
  return undefined;
}
