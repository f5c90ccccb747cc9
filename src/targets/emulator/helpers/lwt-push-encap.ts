import { EINVAL, ENOMEM, ENOTSUPP, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { folded, noteAdded, partialSum } from '../run/checksum.ts';
import { IPV4, IPV4_HEADER_BYTES, IPV6, IPV6_HEADER_BYTES } from '../run/ethernet.ts';
import { makeHeadroom, setTransportOffset } from '../run/skb-head.ts';
import { clearHash, pushBytes, setProtocol, shownField, showPacket } from '../run/skb-state.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/** BPF_LWT_ENCAP_IP; the others, of IPv6 segment routing, want a header that is never right here. */
const ENCAP_IP = 2;
/** `LWT_BPF_MAX_HEADROOM` */
const HEADER_MAX_BYTES = 256;
const UDP = 17;
const UDP_HEADER_BYTES = 8;
const PROTOCOL_AT = 9;
const CHECK_AT = 10;
const NEXT_HEADER_AT = 6;

/** `LL_RESERVED_SPACE` of the loopback device, include/linux/netdevice.h. */
const LINK_LAYER_BYTES = 16;

/**
 * `bpf_lwt_push_encap(skb, type, hdr, len)`: `bpf_lwt_push_ip_encap`, net/core/lwt_bpf.c 6.1, for a
 * packet that comes in, or for one that has a route out.
 */
export const lwtPushEncap: Helper = (machine) => {
  const packet = packetArgument(machine);
  const bytes = u32Argument(machine, 4);
  const from = memoryArgument(machine, 3, bytes, Access.READ);
  if (packet === undefined || from === 0) return 0n;
  const { memory, littleEndian } = machine;
  const { skb } = packet;
  if (u32Argument(machine, 2) !== ENCAP_IP) return failure(EINVAL);
  if (bytes < IPV4_HEADER_BYTES || bytes > HEADER_MAX_BYTES) return failure(EINVAL);
  const header = memory.bytes.slice(from, from + bytes);
  const version = header[0] >> 4;
  if (version !== 4 && version !== 6) return failure(EINVAL);
  const ipBytes = version === 4 ? (header[0] & 0xf) * 4 : IPV6_HEADER_BYTES;
  const isUdp =
    machine.arch.lwtEncapUdp === 'checked' &&
    header[version === 4 ? PROTOCOL_AT : NEXT_HEADER_AT] === UDP;
  if (bytes < ipBytes + (isUdp ? UDP_HEADER_BYTES : 0)) return failure(EINVAL);

  const spareBytes = skb.routed ? LINK_LAYER_BYTES : skb.macLenBytes;
  if (!makeHeadroom(machine, packet, bytes + spareBytes)) return failure(ENOMEM);
  skb.encapsulated = true;
  pushBytes(packet, bytes);
  if (!skb.routed) noteAdded(machine, packet, from, bytes);
  packet.networkOffset = 0;
  if (isUdp) setTransportOffset(skb.head, ipBytes);
  const { start } = packet;
  memory.bytes.set(header, start);
  showPacket(machine, packet);
  clearHash(machine, packet);
  setProtocol(machine, packet, version === 4 ? IPV4 : IPV6);
  if (version === 4 && memory.view.getUint16(start + CHECK_AT) === 0) {
    memory.view.setUint16(
      start + CHECK_AT,
      folded(partialSum(machine, start, ipBytes)),
      littleEndian,
    );
  }
  return failure(shownField(machine, 'gso_size') === 0 ? 0 : ENOTSUPP);
};
