import type { Random } from 'fast-check';
import { oneIn, pick, pickWeighted, weighted } from './random.ts';
import { fillBytes, type Pool } from './values.ts';

/** Bytes of an Ethernet header, the least that BPF_PROG_RUN takes for the types generated. */
export const ETHERNET_BYTES = 14;
/** The longest packet that `bpf_test_init` takes in one piece (net/bpf/test_run.c, 6.1, 4 KiB pages). */
export const LINEAR_MAX_BYTES = 3520;

const EtherType = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, QINQ: 0x88a8, IPV6: 0x86dd } as const;
const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17 } as const;

/** Writes a part of a packet from `at` on, all that is in it too; where it ends. */
type Write = (random: Random, pool: Pool, packet: Uint8Array, at: number) => number;

const SHAPES = weighted<Write>([
  [ethernet(EtherType.IPV4, ipv4), 8],
  [ethernet(EtherType.IPV6, ipv6), 5],
  [ethernet(EtherType.ARP, arp), 2],
  [ethernet(EtherType.VLAN, vlan), 3],
  [ethernet('any', payload), 3],
  [noise, 2],
]);

/** Packets are put together here. The longest has 18 bytes of Ethernet, 60 of IP, 20 of TCP and a payload. */
const ROOM = new Uint8Array(2048);
const PAYLOAD_MAX_BYTES = 1400;

/** A frame, mostly a sane one, sometimes cut, lengthened, or with a few bytes overwritten. */
export function drawPacket(random: Random, pool: Pool): Uint8Array {
  const length = pickWeighted(random, SHAPES)(random, pool, ROOM, 0);
  switch (random.nextInt(0, 15)) {
    case 0:
      return ROOM.slice(0, random.nextInt(ETHERNET_BYTES, length));
    case 1:
      return ROOM.slice(0, random.nextInt(1, length));
    case 2:
      return lengthened(length, random.nextInt(1, oneIn(random, 4) ? 1486 : 60));
    case 3:
      return overwritten(random, ROOM.slice(0, length));
    case 4:
      return oneIn(random, 4)
        ? lengthened(length, LINEAR_MAX_BYTES - length)
        : ROOM.slice(0, length);
    default:
      return ROOM.slice(0, length);
  }
}

/** The Internet checksum of RFC 1071 over some of the bytes, to which `sum` is added; of 0 where it is among them. */
export function checksum(bytes: Uint8Array, from = 0, to = bytes.length, sum = 0): number {
  let total = sum + sum16(bytes, from, to);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

function sum16(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) {
    sum += (bytes[at] << 8) | (at + 1 < to ? bytes[at + 1] : 0);
  }
  return sum;
}

const MACS = [
  Uint8Array.of(0, 0, 0, 0, 0, 0),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x01, 0x00, 0x5e, 0, 0, 1),
  Uint8Array.of(0x33, 0x33, 0, 0, 0, 1),
  Uint8Array.of(0x02, 0, 0, 0, 0, 7),
];
const PORTS = [0, 53, 80, 443, 1024, 65535];

function ethernet(etherType: number | 'any', inner: Write): Write {
  return (random, pool, packet, at) => {
    packet.set(pick(random, MACS), at);
    packet.set(pick(random, MACS), at + 6);
    setBe16(packet, at + 12, etherType === 'any' ? random.nextInt(0, 0xffff) : etherType);
    return inner(random, pool, packet, at + ETHERNET_BYTES);
  };
}

function noise(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  const end = at + random.nextInt(ETHERNET_BYTES, 80);
  fillBytes(random, pool, packet, at, end);
  return end;
}

function vlan(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  setBe16(packet, at, random.nextInt(0, 0xffff));
  const [etherType, inner] = pick(random, TAGGED);
  setBe16(packet, at + 2, etherType);
  return inner(random, pool, packet, at + 4);
}

const TAGGED: readonly (readonly [number, Write])[] = [
  [EtherType.IPV4, ipv4],
  [EtherType.IPV6, ipv6],
  [EtherType.QINQ, innerTag],
];

function innerTag(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  packet.set(INNER_TAG, at);
  return payload(random, pool, packet, at + INNER_TAG.length);
}

const INNER_TAG = Uint8Array.of(0, 2, 8, 0);

function ipv4(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  const options = oneIn(random, 6) ? 4 * random.nextInt(1, 10) : 0;
  const headerEnd = at + 20 + options;
  packet.set(pick(random, IPV4_ADDRESSES), at + 12);
  packet.set(pick(random, IPV4_ADDRESSES), at + 16);
  packet.fill(1, at + 20, headerEnd);
  const protocol = pick(random, PROTOCOLS);
  const addresses = sum16(packet, at + 12, at + 20);
  const end = transport(random, pool, packet, headerEnd, { protocol, addresses });
  packet[at] = 0x40 | (5 + options / 4);
  packet[at + 1] = pick(random, SERVICES);
  setBe16(packet, at + 2, end - at);
  setBe16(packet, at + 4, random.nextInt(0, 0xffff));
  setBe16(packet, at + 6, pick(random, FRAGMENTS));
  packet[at + 8] = pick(random, TIMES_TO_LIVE);
  packet[at + 9] = protocol;
  setBe16(packet, at + 10, 0);
  setBe16(packet, at + 10, checksum(packet, at, headerEnd));
  if (oneIn(random, 10)) packet[at + random.nextInt(0, 11)] ^= 1 << random.nextInt(0, 7);
  return end;
}

const PROTOCOLS = [IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDP, IpProtocol.ICMP];
const SERVICES = [0, 0x10, 0xb8];
/** May not be cut; may be; the first piece; a later one. */
const FRAGMENTS = [0x4000, 0, 0x2000, 0x00b9];
const TIMES_TO_LIVE = [64, 1, 0, 255];
const HOP_LIMITS = [64, 1, 255];

function ipv6(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  setIpv6(random, packet, at + 8);
  setIpv6(random, packet, at + 24);
  const protocol = pick(random, PROTOCOLS);
  const addresses = sum16(packet, at + 8, at + 40);
  const end = transport(random, pool, packet, at + 40, { protocol, addresses });
  setBe16(packet, at, 0x6000);
  setBe16(packet, at + 2, random.nextInt(0, 255));
  setBe16(packet, at + 4, oneIn(random, 10) ? random.nextInt(0, 0xffff) : end - at - 40);
  packet[at + 6] = protocol;
  packet[at + 7] = pick(random, HOP_LIMITS);
  return end;
}

/** Ethernet and IPv4, who has ... tell ... (RFC 826). */
function arp(random: Random, _pool: Pool, packet: Uint8Array, at: number): number {
  packet.set(ARP_HEAD, at);
  packet[at + 7] = random.nextInt(1, 2);
  packet.set(pick(random, MACS), at + 8);
  packet.set(pick(random, IPV4_ADDRESSES), at + 14);
  packet.set(pick(random, MACS), at + 18);
  packet.set(pick(random, IPV4_ADDRESSES), at + 24);
  return at + 28;
}

const ARP_HEAD = Uint8Array.of(0, 1, 8, 0, 6, 4, 0);

/** What its checksum covers of the header before it: the addresses are the sum of their words. */
interface Outer {
  readonly protocol: number;
  readonly addresses: number;
}

function transport(
  random: Random,
  pool: Pool,
  packet: Uint8Array,
  at: number,
  { protocol, addresses }: Outer,
): number {
  const head = HEADS[protocol];
  packet.set(head.bytes, at);
  const end = payload(random, pool, packet, at + head.bytes.length);
  if (protocol !== IpProtocol.ICMP) {
    setBe16(packet, at, pick(random, PORTS));
    setBe16(packet, at + 2, pick(random, PORTS));
  }
  if (protocol === IpProtocol.UDP) setBe16(packet, at + 4, end - at);
  if (protocol === IpProtocol.TCP) {
    setBe32(packet, at + 4, random.nextInt());
    setBe32(packet, at + 8, random.nextInt());
    packet[at + 13] = pick(random, TCP_FLAGS);
  }
  const pseudoHeader = protocol === IpProtocol.ICMP ? 0 : addresses + protocol + end - at;
  setBe16(packet, at + head.checksumAt, checksum(packet, at, end, pseudoHeader));
  return end;
}

const TCP_FLAGS = [0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0];

/** Headers with zeros where something else goes, and where in them the checksum goes. */
const HEADS: Readonly<Record<number, { readonly bytes: Uint8Array; readonly checksumAt: number }>> =
  {
    [IpProtocol.ICMP]: { bytes: Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1), checksumAt: 2 },
    [IpProtocol.UDP]: { bytes: new Uint8Array(8), checksumAt: 6 },
    [IpProtocol.TCP]: {
      bytes: Uint8Array.of(...Array(12).fill(0), 0x50, 0, 0xff, 0xff, 0, 0, 0, 0),
      checksumAt: 16,
    },
  };

const IPV4_ADDRESSES = [
  Uint8Array.of(127, 0, 0, 1),
  Uint8Array.of(10, 0, 0, 1),
  Uint8Array.of(192, 168, 255, 254),
  Uint8Array.of(224, 0, 0, 251),
  Uint8Array.of(255, 255, 255, 255),
  Uint8Array.of(0, 0, 0, 0),
];

function setIpv6(random: Random, packet: Uint8Array, at: number): void {
  packet.fill(0, at, at + 16);
  packet.set(pick(random, IPV6_PREFIXES), at);
  packet[at + 15] = random.nextInt(0, 2);
}

const IPV6_PREFIXES = [
  Uint8Array.of(0x20, 1, 0xd, 0xb8),
  Uint8Array.of(0xfe, 0x80),
  Uint8Array.of(0xff, 2),
  Uint8Array.of(0),
];

/** Short mostly, and then often of boundary values. */
function payload(random: Random, pool: Pool, packet: Uint8Array, at: number): number {
  const end = at + random.nextInt(0, oneIn(random, 12) ? PAYLOAD_MAX_BYTES : 32);
  fillBytes(random, pool, packet, at, end);
  return end;
}

function overwritten(random: Random, packet: Uint8Array): Uint8Array {
  for (let count = random.nextInt(1, 4); count > 0; count--) {
    packet[random.nextInt(0, packet.length - 1)] = pick(random, OVERWRITING);
  }
  return packet;
}

const OVERWRITING = [0, 0xff, 0x80, 1];

/** The packet of that length, and more behind it. */
function lengthened(length: number, byBytes: number): Uint8Array {
  const longer = new Uint8Array(length + Math.max(0, byBytes)).fill(0xa5, length);
  longer.set(ROOM.subarray(0, length));
  return longer;
}

function setBe16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

function setBe32(bytes: Uint8Array, at: number, value: number): void {
  setBe16(bytes, at, value >> 16);
  setBe16(bytes, at + 2, value);
}
