import type { ArchRules } from '../arches.ts';

/** A packet with an skb around it: what LD_ABS and the helpers for skbs see. Addresses. */
export interface Packet {
  /** `skb->data`: the Ethernet header for types that begin there, else what follows it. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
  /** From `start` to the network header and to the Ethernet header. */
  readonly networkOffset: number;
  readonly macOffset: number;
}

/** `sizeof(struct skb_shared_info)` with 17 frags. */
const SHARED_INFO_BYTES = 320;

/** `SKB_DATA_ALIGN(sizeof(struct skb_shared_info))`: room kept behind a packet. */
export function tailroomBytes({ cacheLineBytes }: ArchRules): number {
  return Math.ceil(SHARED_INFO_BYTES / cacheLineBytes) * cacheLineBytes;
}

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
