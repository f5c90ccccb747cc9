import type { Random } from 'fast-check';
import { oneIn, pick, pickWeighted, weighted } from './random.ts';
import { drawBytes, type Pool } from './values.ts';

/** Bytes of an Ethernet header, the least that BPF_PROG_RUN takes for the types generated. */
export const ETHERNET_BYTES = 14;
/** The longest packet that `bpf_test_init` takes in one piece (net/bpf/test_run.c, 6.1, 4 KiB pages). */
export const LINEAR_MAX_BYTES = 3520;

const EtherType = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, QINQ: 0x88a8, IPV6: 0x86dd } as const;
const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17 } as const;

const SHAPES = weighted<(random: Random, pool: Pool) => Uint8Array>([
  [(random, pool) => ethernet(random, EtherType.IPV4, ipv4(random, pool)), 8],
  [(random, pool) => ethernet(random, EtherType.IPV6, ipv6(random, pool)), 5],
  [(random) => ethernet(random, EtherType.ARP, arp(random)), 2],
  [(random, pool) => ethernet(random, EtherType.VLAN, vlan(random, pool)), 3],
  [(random, pool) => ethernet(random, random.nextInt(0, 0xffff), payload(random, pool)), 3],
  [(random, pool) => drawBytes(random, pool, random.nextInt(ETHERNET_BYTES, 80)), 2],
]);

/** A frame, mostly a sane one, sometimes cut, lengthened, or with a few bytes overwritten. */
export function drawPacket(random: Random, pool: Pool): Uint8Array {
  const packet = pickWeighted(random, SHAPES)(random, pool);
  switch (random.nextInt(0, 15)) {
    case 0:
      return packet.slice(0, random.nextInt(ETHERNET_BYTES, packet.length));
    case 1:
      return packet.slice(0, random.nextInt(1, packet.length));
    case 2:
      return lengthened(packet, random.nextInt(1, oneIn(random, 4) ? 1486 : 60));
    case 3:
      return overwritten(random, packet);
    case 4:
      return oneIn(random, 4) ? lengthened(packet, LINEAR_MAX_BYTES - packet.length) : packet;
    default:
      return packet;
  }
}

/** The Internet checksum of RFC 1071 over bytes of an even number; of 0 where it is in there already. */
export function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i] << 8) | (part[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const MACS: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x01, 0x00, 0x5e, 0, 0, 1],
  [0x33, 0x33, 0, 0, 0, 1],
  [0x02, 0, 0, 0, 0, 7],
];
const PORTS = [0, 53, 80, 443, 1024, 65535];

function ethernet(random: Random, etherType: number, inner: Uint8Array): Uint8Array {
  return join([...pick(random, MACS), ...pick(random, MACS), ...be16(etherType)], inner);
}

function vlan(random: Random, pool: Pool): Uint8Array {
  const tag = be16(random.nextInt(0, 0xffff));
  switch (random.nextInt(0, 2)) {
    case 0:
      return join([...tag, ...be16(EtherType.IPV4)], ipv4(random, pool));
    case 1:
      return join([...tag, ...be16(EtherType.IPV6)], ipv6(random, pool));
    default:
      return join([...tag, ...be16(EtherType.QINQ), 0, 2, 8, 0], payload(random, pool));
  }
}

function ipv4(random: Random, pool: Pool): Uint8Array {
  const source = drawIpv4(random);
  const destination = drawIpv4(random);
  const { protocol, bytes } = transport(random, pool, (length, number) =>
    Uint8Array.from([...source, ...destination, 0, number, ...be16(length)]),
  );
  const options = oneIn(random, 6) ? 4 * random.nextInt(1, 10) : 0;
  const header = new Uint8Array(20 + options).fill(1, 20);
  header.set([0x40 | (5 + options / 4), pick(random, [0, 0x10, 0xb8])]);
  header.set(be16(header.length + bytes.length), 2);
  header.set(be16(random.nextInt(0, 0xffff)), 4);
  header.set(
    pick(random, [
      [0x40, 0],
      [0, 0],
      [0x20, 0],
      [0, 0xb9],
    ]),
    6,
  );
  header.set([pick(random, [64, 1, 0, 255]), protocol], 8);
  header.set(source, 12);
  header.set(destination, 16);
  header.set(be16(checksum(header)), 10);
  if (oneIn(random, 10)) header[random.nextInt(0, 11)] ^= 1 << random.nextInt(0, 7);
  return join(header, bytes);
}

function ipv6(random: Random, pool: Pool): Uint8Array {
  const source = drawIpv6(random);
  const destination = drawIpv6(random);
  const { protocol, bytes } = transport(random, pool, (length, number) =>
    Uint8Array.from([...source, ...destination, 0, 0, ...be16(length), 0, 0, 0, number]),
  );
  const header = new Uint8Array(40);
  header.set([0x60, 0, 0, random.nextInt(0, 255)]);
  header.set(be16(oneIn(random, 10) ? random.nextInt(0, 0xffff) : bytes.length), 4);
  header.set([protocol, pick(random, [64, 1, 255])], 6);
  header.set(source, 8);
  header.set(destination, 24);
  return join(header, bytes);
}

/** Ethernet and IPv4, who has ... tell ... (RFC 826). */
function arp(random: Random): Uint8Array {
  return Uint8Array.from([
    ...[0, 1, 8, 0, 6, 4, 0, random.nextInt(1, 2)],
    ...pick(random, MACS),
    ...drawIpv4(random),
    ...pick(random, MACS),
    ...drawIpv4(random),
  ]);
}

function transport(
  random: Random,
  pool: Pool,
  pseudoHeader: (length: number, protocol: number) => Uint8Array,
): { readonly protocol: number; readonly bytes: Uint8Array } {
  const data = payload(random, pool);
  const ports = [...be16(pick(random, PORTS)), ...be16(pick(random, PORTS))];
  const protocol = pick(random, [IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDP, IpProtocol.ICMP]);
  if (protocol === IpProtocol.ICMP) {
    const bytes = join([8, 0, 0, 0, 0, 1, 0, 1], data);
    bytes.set(be16(checksum(bytes)), 2);
    return { protocol, bytes };
  }
  const isTcp = protocol === IpProtocol.TCP;
  const numbers = Array.from({ length: 8 }, () => random.nextInt(0, 255));
  const flags = pick(random, [0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0]);
  const rest = isTcp
    ? [...numbers, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
    : [...be16(8 + data.length), 0, 0];
  const bytes = join([...ports, ...rest], data);
  const sum = checksum(pseudoHeader(bytes.length, protocol), bytes);
  bytes.set(be16(sum), isTcp ? 16 : 6);
  return { protocol, bytes };
}

const drawIpv4 = (random: Random): readonly number[] =>
  pick(random, [
    [127, 0, 0, 1],
    [10, 0, 0, 1],
    [192, 168, 255, 254],
    [224, 0, 0, 251],
    [255, 255, 255, 255],
    [0, 0, 0, 0],
  ]);

function drawIpv6(random: Random): Uint8Array {
  const address = new Uint8Array(16);
  address.set(pick(random, [[0x20, 1, 0xd, 0xb8], [0xfe, 0x80], [0xff, 2], [0]]));
  address[15] = random.nextInt(0, 2);
  return address;
}

/** Short mostly, and then often of boundary values. */
const payload = (random: Random, pool: Pool): Uint8Array =>
  drawBytes(random, pool, oneIn(random, 12) ? random.nextInt(0, 1400) : random.nextInt(0, 32));

function overwritten(random: Random, packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  for (let count = random.nextInt(1, 4); count > 0; count--) {
    changed[random.nextInt(0, changed.length - 1)] = pick(random, [0, 0xff, 0x80, 1]);
  }
  return changed;
}

function lengthened(packet: Uint8Array, byBytes: number): Uint8Array {
  const longer = new Uint8Array(packet.length + Math.max(0, byBytes)).fill(0xa5, packet.length);
  longer.set(packet);
  return longer;
}

function join(head: ArrayLike<number>, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

const be16 = (value: number): readonly [number, number] => [(value >> 8) & 0xff, value & 0xff];
