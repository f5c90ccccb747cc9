import type { Machine } from '../machine.ts';
import { roundUp } from '../memory.ts';
import type { Packet } from './packet.ts';
import { headroomBytes, PACKET_ROOM_BYTES, tailroomBytes } from './packet-room.ts';

/**
 * The buffer of an skb: how far it reaches decides when it has to be a larger one, and with that come
 * effects that progs see. Offsets count from `skb->head`.
 *
 *   head          data                 tail        end
 *   +-------------+--------------------+-----------+--------------------------+
 *   | headroom    | packet             | tailroom  | struct skb_shared_info   |
 *   +-------------+--------------------+-----------+--------------------------+
 */
export interface SkbHead {
  headroomBytes: number;
  endOffset: number;
  /** `skb->transport_header`, u16; `UNSET` until somebody sets it, or the buffer is moved. */
  transportHeader: number;
}

/** `(typeof(skb->transport_header))~0U` */
const UNSET = 0xffff;

/** The buffer as `bpf_test_init` and `build_skb` make it for so many bytes in one piece. */
export function newSkbHead({ arch }: Machine, linearBytes: number, pulledBytes: number): SkbHead {
  const dataBytes = roundUp(linearBytes, arch.cacheLineBytes);
  const allocated = kmallocBytes(headroomBytes(arch) + dataBytes + tailroomBytes(arch));
  return {
    headroomBytes: headroomBytes(arch) + pulledBytes,
    endOffset: allocated - tailroomBytes(arch),
    transportHeader: UNSET,
  };
}

/** From `skb->data` to the transport header; null where that isn't set. */
export const transportOffset = ({ transportHeader, headroomBytes }: SkbHead): number | null =>
  transportHeader === UNSET ? null : transportHeader - headroomBytes;

export function setTransportOffset(head: SkbHead, offset: number): void {
  head.transportHeader = (head.headroomBytes + offset) & 0xffff;
}

/**
 * `skb_cow`: makes room for so many bytes in front, in steps of `stepBytes`; false where there is no
 * memory for it.
 */
export function makeHeadroom(
  machine: Machine,
  packet: Packet,
  bytes: number,
  stepBytes = machine.arch.skbPadBytes,
): boolean {
  const { head } = packet.skb;
  if (packet.start - bytes < machine.packetStart - PACKET_ROOM_BYTES) return false;
  if (bytes <= head.headroomBytes) return true;
  return expand(machine, head, roundUp(bytes - head.headroomBytes, stepBytes), 0);
}

/** `__skb_grow`: makes room for so many bytes behind. */
export function makeTailroom(machine: Machine, packet: Packet, bytes: number): boolean {
  const lacking = bytes - tailBytes(packet);
  if (packet.end + bytes > machine.packetStart + PACKET_ROOM_BYTES) return false;
  return lacking <= 0 || expand(machine, packet.skb.head, 0, lacking);
}

/** What `__pskb_pull_tail` asks for beyond what it needs. */
const FUTURE_BYTES = 128;

/** `__pskb_pull_tail`: makes room behind the linear part for so many bytes of frags. */
export function pullTail(machine: Machine, packet: Packet, bytes: number): boolean {
  const lacking = bytes - tailBytes(packet);
  return lacking <= 0 || expand(machine, packet.skb.head, 0, lacking + FUTURE_BYTES);
}

/** `skb->end - skb->tail` */
const tailBytes = ({ start, linearEnd, skb: { head } }: Packet): number =>
  head.endOffset - head.headroomBytes - (linearEnd - start);

/** `skb_unclone`: a copy of the packet has gone elsewhere, and its bytes are to stay as they are. */
export const unclone = (machine: Machine, { skb }: Packet): boolean =>
  expand(machine, skb.head, 0, 0);

/** `KMALLOC_MAX_SIZE`. */
const KMALLOC_MAX_BYTES = 1 << 22;

/**
 * `pskb_expand_head`, net/core/skbuff.c, 6.1 and 6.12: a buffer with so much more at either end. All
 * headers move with it (`skb_headers_offset_update`), also a transport header that isn't set, which
 * thereby becomes one that is.
 */
function expand({ arch, release }: Machine, head: SkbHead, front: number, back: number): boolean {
  const sharedBytes = tailroomBytes(arch);
  const wanted = roundUp(head.endOffset + front + back, arch.cacheLineBytes) + sharedBytes;
  const allocated =
    wanted <= release.skbSmallHeadBytes ? release.skbSmallHeadBytes : kmallocBytes(wanted);
  if (allocated > KMALLOC_MAX_BYTES) return false;
  head.endOffset = allocated - sharedBytes;
  head.headroomBytes += front;
  head.transportHeader = (head.transportHeader + front) & 0xffff;
  return true;
}

/** `ksize` of what `kmalloc` gives for so many bytes; an skb is longer than the odd sizes. */
const kmallocBytes = (bytes: number): number => 2 ** Math.ceil(Math.log2(bytes));
