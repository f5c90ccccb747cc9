import type { Machine } from '../machine.ts';
import { setBounds } from '../memory.ts';
import { ETHERNET_BYTES, etherTypeOf } from './ethernet.ts';
import { clearPacketPage, headroomBytes } from './packet-room.ts';
import { newSkbHead } from './skb-head.ts';
import { newSkbState, type SkbState } from './skb-state.ts';

/**
 * A packet with an skb around it: what LD_ABS and the helpers for skbs see. Addresses; helpers move
 * them.
 */
export interface Packet {
  /** `skb->data`: the Ethernet header for types that begin there, else what follows it. */
  start: number;
  /** Behind the last byte of the linear part, where `data_end` points; frags lie right behind it. */
  linearEnd: number;
  /** Behind the last byte of all. */
  end: number;
  /** From `start` to the network header and to the Ethernet header. */
  networkOffset: number;
  macOffset: number;
  /** What helpers read and change of the skb beside its bytes. */
  readonly skb: SkbState;
}

/** How much of a frame is the packet, and where. */
export interface Placing {
  /** Bytes that are the packet to progs: with or without the Ethernet header. */
  readonly lenBytes: number;
  /** Bytes in one piece, the Ethernet header among them. */
  readonly linearBytes: number;
  /** What progs may do with those. */
  readonly access: number;
}

/** Lays out the packet of a run. What of it is in frags lies behind the rest, out of reach of pointers. */
export function placePacket(
  machine: Machine,
  data: Uint8Array,
  { lenBytes, linearBytes, access }: Placing,
): Packet {
  const { memory, packetRegion, packetStart, arch } = machine;
  const frame = packetStart + headroomBytes(arch);
  clearPacketPage(machine);
  memory.bytes.set(data, frame);
  const end = frame + data.length;
  const start = end - lenBytes;
  const linearEnd = frame + linearBytes;
  memory.access[packetRegion] = access;
  setBounds(memory, packetRegion, start, linearEnd);
  return {
    start,
    linearEnd,
    end,
    networkOffset: frame + ETHERNET_BYTES - start,
    macOffset: frame - start,
    skb: newSkbState(etherTypeOf(data), newSkbHead(machine, linearBytes, start - frame)),
  };
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
