import { EFAULT, EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { addBlock, partialSum, subtractBlock } from '../run/checksum.ts';
import { makeLinear, type Packet } from '../run/packet.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

const INT_MAX = 0x7fff_ffff;
/** BPF_F_RECOMPUTE_CSUM, and with it BPF_F_INVALIDATE_HASH, which shows nowhere. */
const RECOMPUTE = 1n;
const STORE_FLAGS = 3n;

/** `bpf_skb_load_bytes(skb, offset, to, len)`, net/core/filter.c 6.1: clears `to` where it fails. */
export const skbLoadBytes: Helper = (machine) => {
  const packet = packetArgument(machine);
  const lenBytes = u32Argument(machine, 4);
  const to = memoryArgument(machine, 3, lenBytes, Access.WRITE);
  if (packet === undefined || to === 0) return 0n;
  const { bytes } = machine.memory;
  const offset = u32Argument(machine, 2);
  if (offset > INT_MAX || offset + lenBytes > packet.end - packet.start) {
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
  if (packet === undefined || from === 0) return 0n;
  if ((machine.regs[5] & ~STORE_FLAGS) !== 0n) return failure(EINVAL);
  const offset = u32Argument(machine, 2);
  if (offset > INT_MAX || offset + lenBytes > packet.end - packet.start) return failure(EFAULT);
  makeLinear(machine, packet, offset + lenBytes);
  const { bytes } = machine.memory;
  const to = packet.start + offset;
  const stored = bytes.slice(from, from + lenBytes);
  if (packet.checksum !== undefined && (machine.regs[5] & RECOMPUTE) !== 0n) {
    const without = partialSum(bytes.subarray(to, to + lenBytes));
    const rest = subtractBlock(packet.checksum, without, offset);
    packet.checksum = addBlock(rest, partialSum(stored), offset);
  }
  bytes.set(stored, to);
  return 0n;
};

/** `bpf_sk_fullsock(sk)`, net/core/filter.c 6.1: that of a run is a full one. */
export const skFullsock: Helper = (machine) => {
  const [, sk] = machine.regs;
  if (sk !== machine.pointers.socket) badArgument(machine, 1, 'a socket');
  return sk;
};

function packetArgument(machine: Machine): Packet | undefined {
  if (machine.packet !== null && numberIn(machine.words, 1) === machine.ctx.start) {
    return machine.packet;
  }
  badArgument(machine, 1, 'an skb');
  return undefined;
}
