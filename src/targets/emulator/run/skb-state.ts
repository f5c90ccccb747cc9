import type { Machine } from '../machine.ts';
import { setBounds } from '../memory.ts';
import { writeField } from './ctx-rule.ts';
import { asStored } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { pullTail, type SkbHead } from './skb-head.ts';

/** The part of `struct sk_buff` that helpers work with and that isn't in the ctx as it is. */
export interface SkbState {
  /** `skb->protocol`, as a number: 0x0800 is IPv4. */
  protocol: number;
  /** From the Ethernet header to the network header, as last noted; 0 where nobody did. */
  macLenBytes: number;
  readonly head: SkbHead;
  vlan: { present: boolean; protocol: number; tci: number };
  /** Whether `gso_type` says anything: BPF_PROG_RUN leaves it at 0. */
  gsoTyped: boolean;
  encapsulated: boolean;
  /** `ip_summed`: CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE. */
  summed: 'none' | 'unnecessary' | 'complete';
  /** `csum`, 32 bits: helpers keep it while the skb is `complete`. */
  checksum: number;
  /** `csum_level` */
  checksumLevel: number;
  /** `skb->hash` was set, and not cleared since. */
  hashed: boolean;
  /** Has a route: that of IPv6 which leads nowhere, by the loopback device. */
  routed: boolean;
  /** `skb_tunnel_info`; null where nobody gave the packet a tunnel. */
  tunnel: Tunnel | null;
}

/** What the packet is to be sent through (`struct ip_tunnel_info`, include/net/ip_tunnels.h 6.1). */
export interface Tunnel {
  /** `struct bpf_tunnel_key`, without flags. */
  readonly key: Uint8Array;
  readonly isIpv6: boolean;
  /** `tun_flags`, as a number. */
  readonly flags: number;
  readonly options: Uint8Array;
}

/** As BPF_PROG_RUN builds it. */
export const newSkbState = (protocol: number, head: SkbHead): SkbState => ({
  head,
  protocol,
  macLenBytes: 0,
  vlan: { present: false, protocol: 0, tci: 0 },
  gsoTyped: false,
  encapsulated: false,
  summed: 'none',
  checksum: 0,
  checksumLevel: 0,
  hashed: false,
  routed: false,
  tunnel: null,
});

/** Sets a field of the ctx. */
export function showField(machine: Machine, name: string, value: number | bigint): void {
  const { ctx, memory, littleEndian } = machine;
  writeField(memory.view, ctx.start, ctx.access.fields.get(name)!, BigInt(value), littleEndian);
}

/** A field of the ctx, of those that have 32 bits. */
export function shownField({ ctx, memory, littleEndian }: Machine, name: string): number {
  return memory.view.getUint32(ctx.start + ctx.access.fields.get(name)!.offset, littleEndian);
}

/** `bpf_compute_data_pointers`: lets progs see where the packet begins and ends now. */
export function showPacket(machine: Machine, packet: Packet): void {
  const { start, linearEnd, end } = packet;
  showField(machine, 'len', end - start);
  showField(machine, 'data', start);
  showField(machine, 'data_meta', start);
  showField(machine, 'data_end', linearEnd);
  setBounds(machine.memory, machine.packetRegion, start, linearEnd);
}

/**
 * `pskb_may_pull`: makes at least the first so many bytes linear, as every helper does that writes to
 * them; false where the packet has fewer.
 */
export function makeLinear(machine: Machine, packet: Packet, bytes: number): boolean {
  if (bytes > packet.end - packet.start) return false;
  const lacking = packet.start + bytes - packet.linearEnd;
  if (lacking <= 0) return true;
  if (!pullTail(machine, packet, lacking)) return false;
  packet.linearEnd += lacking;
  showPacket(machine, packet);
  return true;
}

export function setProtocol(machine: Machine, { skb }: Packet, protocol: number): void {
  skb.protocol = protocol;
  showField(machine, 'protocol', asStored(protocol, machine.littleEndian));
}

/** `skb_clear_hash`. */
export function clearHash(machine: Machine, { skb }: Packet): void {
  skb.hashed = false;
  showField(machine, 'hash', 0);
}

/** `__skb_reset_checksum_unnecessary` */
export function forgetUnnecessary({ skb }: Packet): void {
  if (skb.summed !== 'unnecessary') return;
  skb.summed = 'none';
  skb.checksumLevel = 0;
}

/** `__vlan_hwaccel_put_tag`. */
export function putVlanTag(machine: Machine, { skb }: Packet, protocol: number, tci: number): void {
  skb.vlan = { present: true, protocol, tci };
  showVlan(machine, skb);
}

/** `__vlan_hwaccel_clear_tag`: which used to forget no more than that there is one. */
export function clearVlanTag(machine: Machine, { skb }: Packet): void {
  skb.vlan =
    machine.release.vlanClear === 'flag'
      ? { ...skb.vlan, present: false }
      : { present: false, protocol: 0, tci: 0 };
  showVlan(machine, skb);
}

function showVlan(machine: Machine, { vlan }: SkbState): void {
  showField(machine, 'vlan_present', vlan.present ? 1 : 0);
  showField(machine, 'vlan_tci', vlan.tci);
  showField(machine, 'vlan_proto', asStored(vlan.protocol, machine.littleEndian));
}

/** `skb_push`: so many more bytes in front, with whatever is there. */
export function pushBytes(packet: Packet, bytes: number): void {
  packet.start -= bytes;
  packet.networkOffset += bytes;
  packet.macOffset += bytes;
  packet.skb.head.headroomBytes -= bytes;
}

/** `__skb_pull`. */
export const pullBytes = (packet: Packet, bytes: number): void => pushBytes(packet, -bytes);
