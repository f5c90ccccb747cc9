import { ENOMEM, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { noteAdded, noteTaken } from '../run/checksum.ts';
import { ETHERNET_BYTES, SERVICE_VLAN, typeAt, VLAN } from '../run/ethernet.ts';
import type { Packet } from '../run/packet.ts';
import { makeHeadroom } from '../run/skb-head.ts';
import {
  clearVlanTag,
  makeLinear,
  pullBytes,
  pushBytes,
  putVlanTag,
  setProtocol,
  showPacket,
} from '../run/skb-state.ts';
import type { Helper } from './helper.ts';
import { packetArgument } from './skb.ts';
import { swapped } from './skb-edit.ts';

/** A tag in a packet, and the two addresses before it. */
const TAG_BYTES = 4;
const ADDRESSES_BYTES = 12;

const isVlan = (protocol: number): boolean => protocol === VLAN || protocol === SERVICE_VLAN;

/** `bpf_skb_vlan_push(skb, vlan_proto, vlan_tci)`, net/core/filter.c and skbuff.c, 6.1 and 6.12. */
export const skbVlanPush: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const { regs, release } = machine;
  const wanted = swapped(machine, Number(regs[2] & 0xffffn));
  const { vlan } = packet.skb;
  if (vlan.present && !insertTag(machine, packet)) return failure(ENOMEM);
  putVlanTag(machine, packet, isVlan(wanted) ? wanted : VLAN, Number(regs[3] & 0xffffn));
  if (release.vlanPush === 'network-header') noteMacLength(packet);
  showPacket(machine, packet);
  return 0n;
};

/** Moves the tag of the skb into the packet. */
function insertTag(machine: Machine, packet: Packet): boolean {
  if (!makeHeadroom(machine, packet, TAG_BYTES)) return false;
  const { memory, release } = machine;
  const { skb } = packet;
  pushBytes(packet, TAG_BYTES);
  const { start } = packet;
  memory.bytes.copyWithin(start, start + TAG_BYTES, start + TAG_BYTES + ADDRESSES_BYTES);
  memory.view.setUint16(start + ADDRESSES_BYTES, skb.vlan.protocol);
  memory.view.setUint16(start + ADDRESSES_BYTES + 2, skb.vlan.tci);
  packet.macOffset -= TAG_BYTES;
  setProtocol(machine, packet, skb.vlan.protocol);
  if (release.vlanPush === 'network-header') packet.networkOffset -= TAG_BYTES;
  else skb.macLenBytes += TAG_BYTES;
  noteAdded(machine, packet, start + ADDRESSES_BYTES, TAG_BYTES);
  return true;
}

function noteMacLength({ networkOffset, macOffset, skb }: Packet): void {
  skb.macLenBytes = (networkOffset - macOffset) & 0xffff;
}

/** `bpf_skb_vlan_pop(skb)`, net/core/filter.c and skbuff.c, 6.1: the next tag goes to the skb. */
export const skbVlanPop: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const errno = popTag(machine, packet);
  showPacket(machine, packet);
  return failure(errno);
};

function popTag(machine: Machine, packet: Packet): number {
  const { skb } = packet;
  if (skb.vlan.present) clearVlanTag(machine, packet);
  else {
    if (!isVlan(skb.protocol)) return 0;
    if (removeTag(machine, packet) === undefined) return ENOMEM;
  }
  if (!isVlan(skb.protocol)) return 0;
  const { protocol } = skb;
  const tci = removeTag(machine, packet);
  if (tci === undefined) return ENOMEM;
  putVlanTag(machine, packet, protocol, tci);
  return 0;
}

/** `__skb_vlan_pop`: the tag that was in the packet; undefined where it is too short for one. */
function removeTag(machine: Machine, packet: Packet): number | undefined {
  const { memory } = machine;
  if (!makeLinear(machine, packet, ETHERNET_BYTES + TAG_BYTES)) return undefined;
  const { start } = packet;
  const tci = memory.view.getUint16(start + ETHERNET_BYTES);
  noteTaken(machine, packet, start + ADDRESSES_BYTES, TAG_BYTES);
  // What follows may be a length, and then the two bytes behind it tell, be they of the packet or not.
  const protocol = typeAt(memory.bytes.subarray(start), ETHERNET_BYTES + 2);
  memory.bytes.copyWithin(start + TAG_BYTES, start, start + ADDRESSES_BYTES);
  pullBytes(packet, TAG_BYTES);
  setProtocol(machine, packet, protocol);
  packet.macOffset += TAG_BYTES;
  packet.networkOffset = Math.max(packet.networkOffset, ETHERNET_BYTES);
  noteMacLength(packet);
  return tci;
}

/** `VLAN_MAX_DEPTH`, include/linux/if_vlan.h. */
const DEPTH_MAX = 8;

/** `skb_protocol(skb, true)`: what is behind all tags; 0 where that can't be known. */
export function protocolBehindTags({ memory }: Machine, { start, end, skb }: Packet): number {
  if (!isVlan(skb.protocol)) return skb.protocol;
  let at = start + (skb.macLenBytes === 0 ? ETHERNET_BYTES : skb.macLenBytes - TAG_BYTES);
  for (let depth = 1; depth < DEPTH_MAX; depth++) {
    if (at + TAG_BYTES > end) return 0;
    const protocol = memory.view.getUint16(at + 2);
    if (!isVlan(protocol)) return protocol;
    at += TAG_BYTES;
  }
  return 0;
}
