import type { ArchRules } from '../arches.ts';
import type { Machine } from '../machine.ts';
import { setBounds } from '../memory.ts';
import { ETHERNET_BYTES } from './ethernet.ts';

/** A packet with an skb around it: what LD_ABS and the helpers for skbs see. Addresses. */
export interface Packet {
  /** `skb->data`: the Ethernet header for types that begin there, else what follows it. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
  /** Behind the last byte of the linear part, where `data_end` points; frags lie right behind it. */
  linearEnd: number;
  /** From `start` to the network header and to the Ethernet header. */
  readonly networkOffset: number;
  readonly macOffset: number;
  /** `skb->csum` of a packet that is CHECKSUM_COMPLETE, 32 bits. */
  checksum?: number;
}

/** Where a packet is put, and how much of it. */
export interface Placing {
  /** Address of its Ethernet header. */
  readonly frame: number;
  /** Bytes that are the packet to progs: with or without the Ethernet header. */
  readonly lenBytes: number;
  /** Bytes in one piece, the Ethernet header among them. */
  readonly linearBytes: number;
  /** What progs may do with those. */
  readonly access: number;
}

/** Lays out the packet of a run. What of it is in frags lies behind the rest, out of reach of pointers. */
export function placePacket(
  { memory, packetRegion }: Machine,
  data: Uint8Array,
  { frame, lenBytes, linearBytes, access }: Placing,
): Packet {
  memory.bytes.set(data, frame);
  const end = frame + data.length;
  const start = end - lenBytes;
  const linearEnd = frame + linearBytes;
  memory.access[packetRegion] = access;
  setBounds(memory, packetRegion, start, linearEnd);
  return {
    start,
    end,
    linearEnd,
    networkOffset: frame + ETHERNET_BYTES - start,
    macOffset: frame - start,
  };
}

/**
 * `bpf_try_make_writable`, net/core/filter.c 7.2: makes at least so many bytes linear, which `data_end`
 * then says. The packet must have them.
 */
export function makeLinear(machine: Machine, packet: Packet, lenBytes: number): void {
  const linearEnd = packet.start + lenBytes;
  if (linearEnd <= packet.linearEnd) return;
  const { memory, ctx, packetRegion, littleEndian } = machine;
  packet.linearEnd = linearEnd;
  setBounds(memory, packetRegion, packet.start, linearEnd);
  const field = ctx.access.fields.get('data_end')!;
  memory.view.setUint32(ctx.start + field.offset, linearEnd, littleEndian);
}

/** `sizeof(struct skb_shared_info)` with 17 frags. */
const SHARED_INFO_BYTES = 320;

/** `SKB_DATA_ALIGN(sizeof(struct skb_shared_info))`: room kept behind a packet. */
export function tailroomBytes({ cacheLineBytes }: ArchRules): number {
  return Math.ceil(SHARED_INFO_BYTES / cacheLineBytes) * cacheLineBytes;
}

/** The most that fits into a page together with what lies around the packet of an skb. */
export const linearBytesMax = ({ linux, arch }: Machine): number =>
  linux.pageBytes - arch.skbPadBytes - tailroomBytes(arch);

/** Offsets from which LD_ABS and LD_IND count from a header (include/uapi/linux/filter.h). */
const NETWORK_BASE = -0x100000;
const MAC_BASE = -0x200000;

/**
 * What LD_ABS and LD_IND load, always big-endian; undefined where the packet has no such bytes, which
 * ends the function with r0 = 0 (`bpf_skb_load_helper_*`, net/core/filter.c 6.1).
 */
export function loadFromPacket(
  view: DataView,
  packet: Packet,
  offset: number,
  sizeBytes: number,
): bigint | undefined {
  const into = offsetInto(packet, offset);
  if (into === undefined || packet.end - packet.start - into < sizeBytes) return undefined;
  const address = packet.start + into;
  if (sizeBytes === 1) return BigInt(view.getUint8(address));
  if (sizeBytes === 2) return BigInt(view.getUint16(address, false));
  return BigInt(view.getUint32(address, false));
}

/** `bpf_skb_load_helper_convert_offset`. */
function offsetInto({ networkOffset, macOffset }: Packet, offset: number): number | undefined {
  if (offset >= 0) return offset;
  if (offset >= NETWORK_BASE) return offset - NETWORK_BASE + networkOffset;
  if (offset >= MAC_BASE) return offset - MAC_BASE + macOffset;
  return undefined;
}
