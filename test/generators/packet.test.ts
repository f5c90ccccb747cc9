import { describe, expect, it } from 'vitest';
import { checksum, drawPacket, LINEAR_MAX_BYTES } from '../../generators/packet.ts';
import { seededRandom } from '../../generators/random.ts';
import { createPool } from '../../generators/values.ts';

const PACKETS = 2_000;
const packets = (() => {
  const random = seededRandom('packets');
  const pool = createPool();
  return Array.from({ length: PACKETS }, () => drawPacket(random, pool));
})();
const etherType = (packet: Uint8Array) => (packet[12] << 8) | packet[13];
const share = (holds: (packet: Uint8Array) => boolean) => packets.filter(holds).length / PACKETS;

describe('packets', () => {
  it('are never longer than the kernel takes in one piece', () => {
    for (const { length } of packets) expect(length).toBeLessThanOrEqual(LINEAR_MAX_BYTES);
  });

  it.each([
    ['IPv4', 0x0800],
    ['ARP', 0x0806],
    ['VLAN', 0x8100],
    ['IPv6', 0x86dd],
  ])('are %s often enough', (_name, type) => {
    expect(share((packet) => etherType(packet) === type)).toBeGreaterThan(0.05);
  });

  it('are too short for an Ethernet header, but seldom', () => {
    const tooShort = share(({ length }) => length < 14);
    expect(tooShort).toBeGreaterThan(0);
    expect(tooShort).toBeLessThan(0.1);
  });

  it('are cut within the IPv4 header now and then', () => {
    const cut = (packet: Uint8Array) => etherType(packet) === 0x0800 && packet.length < 34;
    expect(share(cut)).toBeGreaterThan(0);
  });

  it('have a right IPv4 header checksum in most cases', () => {
    const ipv4 = packets.filter((packet) => etherType(packet) === 0x0800 && packet.length >= 34);
    const right = ipv4.filter((packet) => {
      const headerEnd = 14 + 4 * (packet[14] & 0xf);
      return checksum(packet.subarray(14, headerEnd)) === 0;
    });
    expect(right.length / ipv4.length).toBeGreaterThan(0.7);
  });
});

describe('checksum', () => {
  it.each([
    // RFC 1071, section 3: the sum is ddf2.
    ['0001f203f4f5f6f7', 0x220d],
    // The IPv4 header that Wikipedia works through.
    ['45000073000040004011' + '0000' + 'c0a80001c0a800c7', 0xb861],
    ['', 0xffff],
    ['ffff', 0],
  ])('of %s is %i', (hex, sum) => {
    expect(checksum(Buffer.from(hex, 'hex'))).toBe(sum);
  });
});
