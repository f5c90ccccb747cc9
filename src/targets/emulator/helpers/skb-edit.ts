import { EALREADY, EFAULT, EINVAL, ENOMEM, ENOTSUPP, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { noteTaken } from '../run/checksum.ts';
import {
  ETHERNET_BYTES,
  IPV4,
  IPV4_HEADER_BYTES,
  IPV6,
  IPV6_HEADER_BYTES,
} from '../run/ethernet.ts';
import type { Packet } from '../run/packet.ts';
import { tailroomBytes } from '../run/packet-room.ts';
import {
  makeHeadroom,
  makeTailroom,
  setTransportOffset,
  transportOffset,
} from '../run/skb-head.ts';
import {
  clearHash,
  forgetUnnecessary,
  makeLinear,
  pullBytes,
  pushBytes,
  setProtocol,
  showField,
  shownField,
  showPacket,
} from '../run/skb-state.ts';
import { type Helper, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/** What a helper does with the packet: 0 or an errno. */
type Edit = (machine: Machine, packet: Packet) => number;

/** A helper that may move the packet: progs see where it is afterwards, whatever came of it. */
const editing =
  (edit: Edit): Helper =>
  (machine) => {
    const packet = packetArgument(machine);
    if (packet === undefined) return 0n;
    const errno = edit(machine, packet);
    showPacket(machine, packet);
    return failure(errno);
  };

const lengthOf = ({ start, end }: Packet): number => end - start;

/** `bpf_skb_pull_data(skb, len)`, net/core/filter.c 6.1. */
export const skbPullData: Helper = editing((machine, packet) =>
  makeLinear(machine, packet, u32Argument(machine, 2)) ? 0 : ENOMEM,
);

/** `SKB_MAX_ALLOC`, include/linux/skbuff.h: four pages less `struct skb_shared_info`. */
const lengthMax = ({ linux, arch }: Machine): number => 4 * linux.pageBytes - tailroomBytes(arch);

const isGso = (machine: Machine): boolean => shownField(machine, 'gso_size') !== 0;

/** `bpf_skb_change_tail(skb, len, flags)`, net/core/filter.c 6.1. */
export const skbChangeTail: Helper = editing((machine, packet) => {
  const { skb } = packet;
  const lenBytes = u32Argument(machine, 2);
  const transport = transportOffset(skb.head) ?? 0;
  const leastBytes = transport > 0 ? transport : Math.max(packet.networkOffset, 0);
  if (machine.regs[3] !== 0n || lenBytes > lengthMax(machine) || lenBytes < leastBytes) {
    return EINVAL;
  }
  if (skb.encapsulated) return ENOTSUPP;
  if (!makeLinear(machine, packet, lengthOf(packet))) return ENOMEM;
  const end = packet.start + lenBytes;
  if (end !== packet.end && skb.summed === 'complete') skb.summed = 'none';
  if (end > packet.end) {
    if (!makeTailroom(machine, packet, end - packet.end)) return ENOMEM;
    machine.memory.bytes.fill(0, packet.end, end);
  }
  packet.end = end;
  packet.linearEnd = end;
  if (isGso(machine)) resetGso(machine, packet);
  return 0;
});

/** `skb_gso_reset`. */
function resetGso(machine: Machine, { skb }: Packet): void {
  showField(machine, 'gso_size', 0);
  showField(machine, 'gso_segs', 0);
  skb.gsoTyped = false;
}

/** `bpf_skb_change_head(skb, len, flags)`, net/core/filter.c 6.1: room for another header. */
export const skbChangeHead: Helper = editing((machine, packet) => {
  const headBytes = u32Argument(machine, 2);
  const newBytes = lengthOf(packet) + headBytes;
  const isTooLong = newBytes >= 2 ** 32 || (!isGso(machine) && newBytes > lengthMax(machine));
  if (machine.regs[3] !== 0n || isTooLong) return EINVAL;
  if (!makeHeadroom(machine, packet, headBytes)) return ENOMEM;
  pushBytes(packet, headBytes);
  machine.memory.bytes.fill(0, packet.start, packet.start + headBytes);
  packet.macOffset = 0;
  packet.skb.macLenBytes = packet.networkOffset & 0xffff;
  return 0;
});

/** How much longer the header of IPv6 is than that of IPv4. */
const HEADERS_DIFFER_BYTES = IPV6_HEADER_BYTES - IPV4_HEADER_BYTES;

/** `bpf_skb_change_proto(skb, proto, flags)`, net/core/filter.c 6.1. */
export const skbChangeProto: Helper = editing((machine, packet) => {
  if (machine.regs[3] !== 0n) return EINVAL;
  const to = swapped(machine, Number(machine.regs[2] & 0xffffn));
  const { skb } = packet;
  const isUp = skb.protocol === IPV4 && to === IPV6;
  const isDown = skb.protocol === IPV6 && to === IPV4;
  if (!isUp && !isDown) return ENOTSUPP;
  const gso = isGso(machine);
  if (gso && machine.release.changeProtoGso === 'refused') return ENOTSUPP;
  const at = macHeaderLen(packet);
  const errno = isUp
    ? insertHeader(machine, packet, at, HEADERS_DIFFER_BYTES)
    : removeHeader(machine, packet, at, HEADERS_DIFFER_BYTES);
  if (errno !== 0) return errno;
  if (gso) skb.gsoTyped = true;
  setProtocol(machine, packet, to);
  clearHash(machine, packet);
  return 0;
});

/** A `__be16` argument as a number. */
export const swapped = ({ littleEndian }: Machine, value: number): number =>
  littleEndian ? ((value & 0xff) << 8) | (value >> 8) : value;

const macHeaderLen = ({ networkOffset, macOffset }: Packet): number => networkOffset - macOffset;

/** `bpf_skb_net_hdr_push`: zeros behind the first `at` bytes. */
function insertHeader(machine: Machine, packet: Packet, at: number, bytes: number): number {
  if (!makeHeadroom(machine, packet, bytes)) return ENOMEM;
  const { memory } = machine;
  const sameTransport = transportOffset(packet.skb.head) === packet.networkOffset;
  pushBytes(packet, bytes);
  memory.bytes.copyWithin(packet.start, packet.start + bytes, packet.start + bytes + at);
  memory.bytes.fill(0, packet.start + at, packet.start + at + bytes);
  moveHeaders(packet, -bytes, sameTransport);
  return 0;
}

/** `bpf_skb_net_hdr_pop`: takes out what stands behind the first `at` bytes. */
function removeHeader(machine: Machine, packet: Packet, at: number, bytes: number): number {
  if (!makeLinear(machine, packet, at + bytes)) return ENOMEM;
  const sameTransport = transportOffset(packet.skb.head) === packet.networkOffset;
  const from = packet.start;
  noteTaken(machine, packet, from + at, bytes);
  pullBytes(packet, bytes);
  machine.memory.bytes.copyWithin(packet.start, from, from + at);
  moveHeaders(packet, bytes, sameTransport);
  return 0;
}

function moveHeaders(packet: Packet, bytes: number, sameTransport: boolean): void {
  packet.macOffset += bytes;
  packet.networkOffset += bytes;
  if (sameTransport) setTransportOffset(packet.skb.head, packet.networkOffset);
}

/** `PACKET_OTHERHOST`, the last type that may be had or become. */
const PACKET_TYPE_MAX = 3;

/** `bpf_skb_change_type(skb, type)`, net/core/filter.c 6.1. */
export const skbChangeType: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const type = u32Argument(machine, 2);
  if (type > PACKET_TYPE_MAX || shownField(machine, 'pkt_type') > PACKET_TYPE_MAX) {
    return failure(EINVAL);
  }
  showField(machine, 'pkt_type', type);
  return 0n;
};

/** `BPF_F_ADJ_ROOM_*`, include/uapi/linux/bpf.h. */
const Room = {
  FIXED_GSO: 0x01n,
  ENCAP_L3_IPV4: 0x02n,
  ENCAP_L3_IPV6: 0x04n,
  ENCAP_L4_GRE: 0x08n,
  ENCAP_L4_UDP: 0x10n,
  NO_CSUM_RESET: 0x20n,
  ENCAP_L2_ETH: 0x40n,
  DECAP_L3_IPV4: 0x80n,
  DECAP_L3_IPV6: 0x100n,
} as const;
const ENCAP_L3 = Room.ENCAP_L3_IPV4 | Room.ENCAP_L3_IPV6;
const ENCAP_L4 = Room.ENCAP_L4_GRE | Room.ENCAP_L4_UDP;
const DECAP_L3 = Room.DECAP_L3_IPV4 | Room.DECAP_L3_IPV6;
/** The length of an inner Ethernet header. */
const ENCAP_L2_SHIFT = 56n;
const ENCAP_L2 = 0xffn << ENCAP_L2_SHIFT;
/** `BPF_ADJ_ROOM_NET` and `BPF_ADJ_ROOM_MAC`. */
const Mode = { NET: 0, MAC: 1 } as const;
const ROOM_MAX = 0xfff;

const has = (flags: bigint, flag: bigint): boolean => (flags & flag) !== 0n;
const hasAll = (flags: bigint, both: bigint): boolean => (flags & both) === both;

/** `bpf_skb_adjust_room(skb, len_diff, mode, flags)`, net/core/filter.c 6.1 and 6.12. */
export const skbAdjustRoom: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const errno = adjustRoom(machine, packet);
  if (errno !== 0) return failure(errno);
  if (!has(machine.regs[4], Room.NO_CSUM_RESET)) forgetUnnecessary(packet);
  showPacket(machine, packet);
  return 0n;
};

function adjustRoom(machine: Machine, packet: Packet): number {
  const { regs, release } = machine;
  const flags = regs[4];
  const mode = u32Argument(machine, 3);
  const diff = Number(BigInt.asIntN(32, regs[2]));
  const bytes = Math.abs(diff);
  const { protocol } = packet.skb;
  const decap = release.adjustRoomDecap === 'known' ? DECAP_L3 : 0n;
  const inner = release.adjustRoomInnerEthernet === 'checked' ? Room.ENCAP_L2_ETH : 0n;
  const known = Room.FIXED_GSO | ENCAP_L3 | ENCAP_L4 | ENCAP_L2 | Room.NO_CSUM_RESET;
  if ((flags & ~(known | decap | inner)) !== 0n) return EINVAL;
  if (bytes > ROOM_MAX) return EFAULT;
  if (protocol !== IPV4 && protocol !== IPV6) return ENOTSUPP;
  const headerBytes = protocol === IPV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  if (mode !== Mode.NET && mode !== Mode.MAC) return ENOTSUPP;
  const at = macHeaderLen(packet) + (mode === Mode.NET ? headerBytes : 0);
  let leastBytes = headerBytes;
  if (has(flags, DECAP_L3)) {
    if (diff >= 0 || hasAll(flags, DECAP_L3)) return EINVAL;
    leastBytes = has(flags, Room.DECAP_L3_IPV4) ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  }
  const networkBytes = lengthOf(packet) - packet.networkOffset;
  if (diff < 0) {
    if (bytes >= networkBytes || networkBytes - bytes < leastBytes) return ENOTSUPP;
    return shrinkRoom(machine, packet, { at, bytes, flags });
  }
  if (lengthOf(packet) + bytes > lengthMax(machine) && !isGso(machine)) return ENOTSUPP;
  return growRoom(machine, packet, { at, bytes, flags });
}

interface Room {
  readonly at: number;
  readonly bytes: number;
  readonly flags: bigint;
}

/** `bpf_skb_net_shrink`. */
function shrinkRoom(machine: Machine, packet: Packet, { at, bytes, flags }: Room): number {
  if ((flags & ~(Room.FIXED_GSO | DECAP_L3 | Room.NO_CSUM_RESET)) !== 0n) return EINVAL;
  if (isGso(machine)) return ENOTSUPP;
  const errno = removeHeader(machine, packet, at, bytes);
  if (errno !== 0) return errno;
  if (has(flags, Room.DECAP_L3_IPV6)) setProtocol(machine, packet, IPV6);
  else if (has(flags, Room.DECAP_L3_IPV4)) setProtocol(machine, packet, IPV4);
  return 0;
}

/** `bpf_skb_net_grow`; an skb of a run that has a `gso_size` is none of TCP. */
function growRoom(machine: Machine, packet: Packet, { at, bytes, flags }: Room): number {
  const { skb } = packet;
  if (isGso(machine)) return ENOTSUPP;
  const isEncap = has(flags, ENCAP_L3);
  const innerMacBytes = Number(flags >> ENCAP_L2_SHIFT);
  if (isEncap) {
    if (hasAll(flags, ENCAP_L3) || hasAll(flags, ENCAP_L4)) return EINVAL;
    if (has(flags, Room.ENCAP_L2_ETH) && innerMacBytes < ETHERNET_BYTES) return EINVAL;
    if (skb.encapsulated) return EALREADY;
    if (innerMacBytes > bytes) return EINVAL;
  }
  const macLenBytes = macHeaderLen(packet) & 0xffff;
  const errno = insertHeader(machine, packet, at, bytes);
  if (errno !== 0 || !isEncap) return errno;
  skb.encapsulated = true;
  packet.networkOffset = macLenBytes;
  const isIpv6 = has(flags, Room.ENCAP_L3_IPV6);
  if (has(flags, ENCAP_L4)) {
    const ipBytes = isIpv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES;
    setTransportOffset(skb.head, macLenBytes + ipBytes);
  }
  setProtocol(machine, packet, isIpv6 ? IPV6 : IPV4);
  return 0;
}
