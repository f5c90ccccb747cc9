import type { ArchRules } from '../arches.ts';
import type { Machine } from '../machine.ts';
import { roundUp } from '../memory.ts';

/** How far packets may grow at either end; the kernel's limit is that of `kmalloc`. */
export const PACKET_ROOM_BYTES = 1 << 18;

/** What `bpf_test_init` (net/bpf/test_run.c 6.1) allocates is zeroed. */
export function clearPacketPage({ memory, packetStart, linux }: Machine): void {
  memory.bytes.fill(0, packetStart, packetStart + linux.pageBytes);
}

/** Room in front of the frame of an skb. */
export const headroomBytes = ({ skbPadBytes, ipAlignBytes }: ArchRules): number =>
  skbPadBytes + ipAlignBytes;

/** `sizeof(struct skb_shared_info)` with 17 frags. */
const SHARED_INFO_BYTES = 320;

/** `SKB_DATA_ALIGN(sizeof(struct skb_shared_info))`: room kept behind a packet. */
export const tailroomBytes = ({ cacheLineBytes }: ArchRules): number =>
  roundUp(SHARED_INFO_BYTES, cacheLineBytes);

/** The most that fits into a page together with what lies around the packet of an skb. */
export const linearBytesMax = ({ linux, arch }: Machine): number =>
  linux.pageBytes - headroomBytes(arch) - tailroomBytes(arch);
