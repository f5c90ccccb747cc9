export const ETHERNET_BYTES = 14;

/** `ETH_P_*`, include/uapi/linux/if_ether.h. */
export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
export const VLAN = 0x8100;
export const SERVICE_VLAN = 0x88a8;
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
const AF_INET = 2;
const AF_INET6 = 10;
/** Below it the field is a length, and what follows tells the protocol. */
const ETHERTYPE_MIN = 0x0600;
/** `ETH_P_802_3` and `ETH_P_802_2`, include/uapi/linux/if_ether.h. */
const RAW_IPX = 0x0001;
const LLC = 0x0004;

/** `skb->pkt_type`, include/uapi/linux/if_packet.h. */
const PacketType = { HOST: 0, MULTICAST: 2, OTHERHOST: 3 } as const;

/**
 * `eth_type_trans` (net/ethernet/eth.c 6.1) with the loopback device, whose address and broadcast
 * address are all zeros: not even ff:ff:ff:ff:ff:ff is a broadcast.
 */
export function packetType(frame: Uint8Array): number {
  if (frame.subarray(0, 6).every((byte) => byte === 0)) return PacketType.HOST;
  return (frame[0] & 1) === 1 ? PacketType.MULTICAST : PacketType.OTHERHOST;
}

/** `skb->protocol` as a number of the machine: the two bytes as they lie in the packet. */
export function protocolOf(frame: Uint8Array, littleEndian: boolean): number {
  return asStored(etherTypeOf(frame), littleEndian);
}

/** A number that lies big-endian in memory, as the machine reads it. */
export const asStored = (be16: number, littleEndian: boolean): number =>
  littleEndian ? ((be16 & 0xff) << 8) | (be16 >> 8) : be16;

/** Whether a packet that says IP has its header within the first `linearBytes` bytes. */
export function hasIpHeader(frame: Uint8Array, linearBytes: number): boolean {
  const protocol = etherTypeOf(frame);
  const payloadBytes = linearBytes - ETHERNET_BYTES;
  if (protocol === IPV4) return payloadBytes >= IPV4_HEADER_BYTES;
  return protocol !== IPV6 || payloadBytes >= IPV6_HEADER_BYTES;
}

/**
 * What cgroup_skb sees of the socket that BPF_PROG_RUN makes up: its addresses are those of the packet,
 * source here and destination there, as they lie in it (`bpf_prog_test_run_skb`, 6.1).
 */
export function socketFields(
  frame: Uint8Array,
  littleEndian: boolean,
): Readonly<Record<string, number>> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (offset: number) => view.getUint32(ETHERNET_BYTES + offset, littleEndian);
  switch (etherTypeOf(frame)) {
    case IPV4:
      return { family: AF_INET, local_ip4: word(12), remote_ip4: word(16) };
    case IPV6:
      return {
        family: AF_INET6,
        ...Object.fromEntries(
          [0, 1, 2, 3].flatMap((i) => [
            [`local_ip6_${i}`, word(8 + 4 * i)],
            [`remote_ip6_${i}`, word(24 + 4 * i)],
          ]),
        ),
      };
    default:
      return {};
  }
}

/** The ethertype of a frame, or what stands for it where the field is a length. */
export function etherTypeOf(frame: Uint8Array): number {
  return typeAt(frame, 12);
}

/** What the two bytes at `at` say of what follows them. */
export function typeAt(frame: Uint8Array, at: number): number {
  const type = (frame[at] << 8) | frame[at + 1];
  if (type >= ETHERTYPE_MIN) return type;
  return frame[at + 2] === 0xff && frame[at + 3] === 0xff ? RAW_IPX : LLC;
}
