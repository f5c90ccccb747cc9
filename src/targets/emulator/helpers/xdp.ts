import { u32 } from '../../../isa/integers.ts';
import { EACCES, EFAULT, EINVAL, EOPNOTSUPP, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access, type Memory } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { ETHERNET_BYTES } from '../run/ethernet.ts';
import { LOOPBACK_IFINDEX } from '../run/redirect-info.ts';
import { buffLength, fragBytes, pageOf, showBuff, type XdpBuff } from '../run/xdp-buff.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

/** What a helper does with the packet: 0 or an errno. */
const editing =
  (edit: (machine: Machine, buff: XdpBuff, offset: number) => number): Helper =>
  (machine) => {
    const buff = xdpArgument(machine);
    if (buff === undefined) return 0n;
    const errno = edit(machine, buff, Number(BigInt.asIntN(32, machine.regs[2])));
    showBuff(machine, buff);
    return failure(errno);
  };

/** `bpf_xdp_adjust_head(xdp, offset)`, net/core/filter.c 6.1: metadata moves along. */
export const xdpAdjustHead: Helper = editing(({ memory, release }, buff, offset) => {
  const metaBytes = buff.data - buff.dataMeta;
  const data = buff.data + offset;
  const first = buff.hardStart + release.xdpFrameBytes + metaBytes;
  if (data < first || data > buff.dataEnd - ETHERNET_BYTES) return EINVAL;
  memory.bytes.copyWithin(buff.dataMeta + offset, buff.dataMeta, buff.data);
  buff.dataMeta += offset;
  buff.data = data;
  return 0;
});

/** `bpf_xdp_adjust_meta(xdp, offset)`, net/core/filter.c 6.1. */
export const xdpAdjustMeta: Helper = editing(({ release }, buff, offset) => {
  const dataMeta = buff.dataMeta + offset;
  const metaBytes = buff.data - dataMeta;
  if (dataMeta < buff.hardStart + release.xdpFrameBytes || metaBytes < 0) return EINVAL;
  if (metaBytes % 4 !== 0 || metaBytes > release.xdpAdjustMetaMax) return EACCES;
  buff.dataMeta = dataMeta;
  return 0;
});

/** `bpf_xdp_adjust_tail(xdp, offset)`, net/core/filter.c 6.1. */
export const xdpAdjustTail: Helper = editing(({ memory }, buff, offset) => {
  if (buff.frags.length > 0) {
    return offset < 0 ? shrinkFrags(buff, -offset) : growLastFrag(memory, buff, offset);
  }
  const dataEnd = buff.dataEnd + offset;
  if (dataEnd > buff.hardEnd || dataEnd < buff.data + ETHERNET_BYTES) return EINVAL;
  if (offset > 0) memory.bytes.fill(0, buff.dataEnd, dataEnd);
  buff.dataEnd = dataEnd;
  return 0;
});

/** `bpf_xdp_frags_increase_tail`: as far as its page goes. */
function growLastFrag(memory: Memory, { frags, ifindex }: XdpBuff, bytes: number): number {
  // No device but the loopback, where BPF_PROG_RUN says so, tells how long its frags are.
  if (ifindex !== LOOPBACK_IFINDEX) return EOPNOTSUPP;
  const last = frags[frags.length - 1];
  if (bytes > last.page.length - last.sizeBytes) return EINVAL;
  pageOf(memory, last).fill(0, last.sizeBytes, last.sizeBytes + bytes);
  last.sizeBytes += bytes;
  return 0;
}

/** `bpf_xdp_frags_shrink_tail`: what the frags have too little of goes from the linear part. */
function shrinkFrags(buff: XdpBuff, bytes: number): number {
  if (bytes > buffLength(buff) - ETHERNET_BYTES) return EINVAL;
  const { frags } = buff;
  let left = bytes;
  while (left > 0 && frags.length > 0) {
    const last = frags[frags.length - 1];
    const taken = Math.min(left, last.sizeBytes);
    left -= taken;
    last.sizeBytes -= taken;
    if (last.sizeBytes === 0) frags.pop();
  }
  if (frags.length === 0) buff.dataEnd -= left;
  return 0;
}

/** `bpf_xdp_get_buff_len(xdp)`. */
export const xdpGetBuffLen: Helper = (machine) => {
  const buff = xdpArgument(machine);
  return buff === undefined ? 0n : BigInt(buffLength(buff));
};

/** `bpf_xdp_load_bytes(xdp, offset, buf, len)`, net/core/filter.c 6.1. */
export const xdpLoadBytes: Helper = (machine) => copyBytes(machine, Access.WRITE, intoMemory);

/** `bpf_xdp_store_bytes(xdp, offset, buf, len)`. */
export const xdpStoreBytes: Helper = (machine) => copyBytes(machine, Access.READ, intoPacket);

function copyBytes(machine: Machine, access: number, copy: CopyPiece): bigint {
  const buff = xdpArgument(machine);
  const lenBytes = u32Argument(machine, 4);
  const memoryAt = memoryArgument(machine, 3, lenBytes, access);
  if (buff === undefined || memoryAt === 0) return 0n;
  const offset = u32Argument(machine, 2);
  const errno = checkRange(buff, offset, lenBytes);
  if (errno === 0) copyPieces(machine.memory, buff, { offset, lenBytes, memoryAt }, copy);
  return failure(errno);
}

/** What is done with a piece of the packet and the prog's memory from `at` on. */
type CopyPiece = (packet: Uint8Array, at: number, memory: Uint8Array) => void;
export const intoMemory: CopyPiece = (packet, at, memory) => memory.set(packet, at);
export const intoPacket: CopyPiece = (packet, at, memory) =>
  packet.set(memory.subarray(at, at + packet.length));

/** What `bpf_xdp_pointer` refuses: an errno, or 0. */
export function checkRange(buff: XdpBuff, offset: number, lenBytes: number): number {
  if (offset > OFFSET_MAX || lenBytes > OFFSET_MAX) return EFAULT;
  return offset + lenBytes > buffLength(buff) ? EINVAL : 0;
}

/**
 * `bpf_xdp_copy_buf`: copies between the prog's memory and each piece of the packet that the bytes lie in,
 * as far as there are any.
 */
export function copyPieces(
  memory: Memory,
  buff: XdpBuff,
  range: { readonly offset: number; readonly lenBytes: number; readonly memoryAt: number },
  copy: CopyPiece,
): void {
  const { offset, lenBytes, memoryAt } = range;
  let begin = 0;
  for (const piece of piecesOf(memory, buff)) {
    const from = Math.max(offset, begin);
    const to = Math.min(offset + lenBytes, begin + piece.length);
    if (from < to) {
      copy(piece.subarray(from - begin, to - begin), memoryAt + from - offset, memory.bytes);
    }
    begin += piece.length;
  }
}

const OFFSET_MAX = 0xffff;

const piecesOf = (memory: Memory, { data, dataEnd, frags }: XdpBuff): readonly Uint8Array[] => [
  memory.bytes.subarray(data, dataEnd),
  ...frags.map((frag) => fragBytes(memory, frag)),
];

/**
 * `int bpf_xdp_pull_data(struct xdp_md *x, u32 len)`, net/core/filter.c 7.2: the linear part comes to have
 * so many bytes, out of frags. What lies before makes room for what the tail has none for.
 */
export const xdpPullData: Helper = (machine) => {
  const buff = xdpArgument(machine);
  if (buff === undefined) return 0n;
  const errno = pullData(machine, buff, u32Argument(machine, 2));
  showBuff(machine, buff);
  return u32(BigInt(-errno));
};

function pullData({ memory, release }: Machine, buff: XdpBuff, lenBytes: number): number {
  const linearBytes = buff.dataEnd - buff.data;
  if (lenBytes <= linearBytes) return 0;
  if (lenBytes > buffLength(buff)) return EINVAL;
  const headroom = buff.dataMeta - buff.hardStart - release.xdpFrameBytes;
  const tailroom = buff.hardEnd - buff.dataEnd;
  let left = lenBytes - linearBytes;
  if (left > tailroom + headroom) return EINVAL;
  const shift = Math.max(0, left - tailroom);
  memory.bytes.copyWithin(buff.dataMeta - shift, buff.dataMeta, buff.dataEnd);
  buff.dataMeta -= shift;
  buff.data -= shift;
  buff.dataEnd -= shift;
  while (left > 0) {
    const [frag] = buff.frags;
    const taken = Math.min(left, frag.sizeBytes);
    memory.bytes.set(fragBytes(memory, frag).subarray(0, taken), buff.dataEnd);
    buff.dataEnd += taken;
    left -= taken;
    if (taken === frag.sizeBytes) buff.frags.shift();
    else {
      frag.page = frag.page.subarray(taken);
      frag.sizeBytes -= taken;
      if (frag.address !== undefined) frag.address += taken;
    }
  }
  return 0;
}

/** The packet whose ctx r1 points to; undefined, with a fault, where it points to none. */
export function xdpArgument(machine: Machine): XdpBuff | undefined {
  if (machine.xdp !== null && numberIn(machine.words, 1) === machine.ctx.start) return machine.xdp;
  badArgument(machine, 1, 'an xdp_md');
  return undefined;
}
