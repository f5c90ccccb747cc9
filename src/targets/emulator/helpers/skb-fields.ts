import { EINVAL, EOPNOTSUPP, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { differenceOf, partialSum, sumOf } from '../run/checksum.ts';
import { IPV4, IPV4_HEADER_BYTES, IPV6, IPV6_HEADER_BYTES } from '../run/ethernet.ts';
import type { Packet } from '../run/packet.ts';
import { clearHash, showField, shownField } from '../run/skb-state.ts';
import { type Helper, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';
import { protocolBehindTags } from './skb-vlan.ts';

/** `bpf_set_hash(skb, hash)`, net/core/filter.c 6.1. */
export const setHash: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  packet.skb.hashed = true;
  showField(machine, 'hash', u32Argument(machine, 2));
  return 0n;
};

/** `bpf_set_hash_invalid(skb)`. */
export const setHashInvalid: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet !== undefined) clearHash(machine, packet);
  return 0n;
};

/** Some number: a kernel's own depends on a secret that it draws when it boots. */
const SOME_HASH = 0x5eed_5eed;

/** `bpf_get_hash_recalc(skb)`: the hash, made up where nobody set it. */
export const getHashRecalc: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  if (!packet.skb.hashed) {
    packet.skb.hashed = true;
    showField(machine, 'hash', SOME_HASH);
  }
  return BigInt(shownField(machine, 'hash'));
};

/** `BPF_SKB_CLOCK_*`, include/uapi/linux/bpf.h 7.2; the first two mean no time and monotonic time in 6.1. */
const Clock = { REALTIME: 0, MONOTONIC: 1, TAI: 2 } as const;

/** `bpf_skb_set_tstamp(skb, tstamp, tstamp_type)`, net/core/filter.c 6.1 and 7.2. */
export const skbSetTstamp: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const { protocol } = packet.skb;
  if (protocol !== IPV4 && protocol !== IPV6) return failure(EOPNOTSUPP);
  const tstamp = machine.regs[2];
  const type = u32Argument(machine, 3);
  const hasClocks = machine.release.tstampTypes === 'clocks';
  if (type > (hasClocks ? Clock.TAI : Clock.MONOTONIC)) return failure(EINVAL);
  const mayBeZero = type === Clock.REALTIME;
  const mustBeZero = mayBeZero && !hasClocks;
  if (tstamp === 0n ? !mayBeZero : mustBeZero) return failure(EINVAL);
  showField(machine, 'tstamp', tstamp);
  showField(machine, 'tstamp_type', type);
  return 0n;
};

/** What is 0 of an skb that came by no route, of a socket in no class. */
export const zeroOfSkb: Helper = (machine) => {
  packetArgument(machine);
  return 0n;
};

/** The congestion bits of an IP header, `INET_ECN_*`, include/net/inet_ecn.h. */
const ECN_MASK = 3;
const CONGESTED = 3;

/** `bpf_skb_ecn_set_ce(skb)`, net/core/filter.c, and include/net/inet_ecn.h, 6.1. */
export const skbEcnSetCe: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const protocol = protocolBehindTags(machine, packet);
  if (protocol !== IPV4 && protocol !== IPV6) return 0n;
  const headerBytes = protocol === IPV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  const at = packet.start + packet.networkOffset;
  const isLinear = packet.linearEnd - packet.start >= headerBytes;
  if (!isLinear || at + headerBytes > packet.linearEnd) return 0n;
  return protocol === IPV4 ? congestIpv4(machine, at) : congestIpv6(machine, packet, at);
};

function congestIpv4({ memory }: Machine, at: number): bigint {
  const { view } = memory;
  const tos = view.getUint8(at + 1);
  const ecn = (tos + 1) & ECN_MASK;
  if ((ecn & 2) === 0) return ecn === 0 ? 1n : 0n;
  const added = (0xfffb + ecn) & 0xffff;
  const sum = view.getUint16(at + 10) + added;
  view.setUint16(at + 10, (sum & 0xffff) + (sum >>> 16));
  view.setUint8(at + 1, tos | CONGESTED);
  return 1n;
}

/** No checksum in the packet makes up for the change, so its sum changes. */
function congestIpv6(machine: Machine, { skb }: Packet, at: number): bigint {
  const { view } = machine.memory;
  const word = view.getUint32(at);
  if (((word >>> 20) & ECN_MASK) === 0) return 0n;
  const without = differenceOf(skb.checksum, partialSum(machine, at, 4));
  view.setUint32(at, (word | (CONGESTED << 20)) >>> 0);
  if (skb.summed === 'complete') skb.checksum = sumOf(without, partialSum(machine, at, 4));
  return 1n;
}
