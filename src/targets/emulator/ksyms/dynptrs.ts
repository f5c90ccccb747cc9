import { u32 } from '../../../isa/integers.ts';
import { E2BIG, EINVAL, ERANGE, failure } from '../errno.ts';
import {
  type Dynptr,
  dynptrArgument,
  dynptrNumber,
  holds,
  isDirect,
  nullDynptr,
  putDynptr,
  readableAt,
  readDynptr,
  writeDynptr,
} from '../helpers/dynptr.ts';
import { badArgument } from '../helpers/helper.ts';
import { checkRange, copyPieces, intoMemory, xdpArgument } from '../helpers/xdp.ts';
import { type Machine, raise } from '../machine.ts';
import { Access, addRegion, allows, dropRegions } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { buffLength, type XdpBuff, type XdpFrag } from '../run/xdp-buff.ts';
import { intResult, type Kfunc } from './kfunc.ts';

/** `buf` of `bpf_dynptr_copy` and `bpf_dynptr_memset`. */
const CHUNK_BYTES = 256n;

/** `int bpf_dynptr_from_skb(struct __sk_buff *s, u64 flags, struct bpf_dynptr *ptr)`, filter.c 6.12. */
export const dynptrFromSkb: Kfunc = (machine) => {
  const { packet, memory, packetRegion, regs } = machine;
  if (packet === null || numberIn(machine.words, 1) !== machine.ctx.start) {
    badArgument(machine, 1, 'an skb');
    return 0n;
  }
  const errno = regs[2] === 0n ? 0 : EINVAL;
  // `bpf_dynptr_from_skb_rdonly` takes its place where progs may not write to packets.
  const access = (memory.access[packetRegion] & Access.WRITE) === 0 ? 'read' : 'write';
  const size = BigInt(packet.end - packet.start);
  putDynptr(machine, 3, errno === 0 ? { ...nullDynptr, holds: 'skb', size, access } : nullDynptr);
  return intResult(machine, -errno);
};

/** `int bpf_dynptr_from_xdp(struct xdp_md *x, u64 flags, struct bpf_dynptr *ptr)`, filter.c 6.12. */
export const dynptrFromXdp: Kfunc = (machine) => {
  const buff = xdpArgument(machine);
  if (buff === undefined) return 0n;
  const errno = machine.regs[2] === 0n ? 0 : EINVAL;
  const packet = { ...nullDynptr, holds: 'xdp', size: BigInt(buffLength(buff)) } as const;
  putDynptr(machine, 3, errno === 0 ? packet : nullDynptr);
  return intResult(machine, -errno);
};

/**
 * `int bpf_dynptr_from_skb_meta(struct __sk_buff *skb_, u64 flags, struct bpf_dynptr *ptr)`, 7.2:
 * BPF_PROG_RUN gives an skb no metadata.
 */
export const dynptrFromSkbMeta: Kfunc = (machine) => {
  const { packet, ctx, regs } = machine;
  if (packet === null || numberIn(machine.words, 1) !== ctx.start) {
    badArgument(machine, 1, 'an skb');
    return 0n;
  }
  const errno = regs[2] === 0n ? 0 : EINVAL;
  const metadata = { ...nullDynptr, holds: 'metadata', start: packet.start } as const;
  putDynptr(machine, 3, errno === 0 ? metadata : nullDynptr);
  return intResult(machine, -errno);
};

/** `void *bpf_dynptr_slice(const struct bpf_dynptr *p, u64 offset, void *buffer, u64 buffer__szk)` */
export const dynptrSlice: Kfunc = (machine) => {
  const dynptr = dynptrArgument(machine, 1);
  return slice(
    machine,
    dynptr,
    dynptrNumber(machine, 2),
    dynptrNumber(machine, 4),
    machine.regs[3],
  );
};

/** `bpf_dynptr_slice_rdwr`: the same, of what may be written to. */
export const dynptrSliceRdwr: Kfunc = (machine) =>
  dynptrArgument(machine, 1).access === 'read' ? 0n : dynptrSlice(machine);

/** `int bpf_dynptr_adjust(struct bpf_dynptr *p, u64 start, u64 end)` */
export const dynptrAdjust: Kfunc = (machine) => {
  const dynptr = dynptrArgument(machine, 1);
  const start = dynptrNumber(machine, 2);
  const end = dynptrNumber(machine, 3);
  if (dynptr.holds === 'nothing' || start > end) return intResult(machine, -EINVAL);
  if (end > dynptr.size) return intResult(machine, -ERANGE);
  putDynptr(machine, 1, { ...dynptr, offset: dynptr.offset + start, size: end - start });
  return 0n;
};

/** `bool bpf_dynptr_is_null(const struct bpf_dynptr *p)` */
export const dynptrIsNull: Kfunc = (machine) =>
  dynptrArgument(machine, 1).holds === 'nothing' ? 1n : 0n;

/** `bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p)` */
export const dynptrIsRdonly: Kfunc = (machine) =>
  dynptrArgument(machine, 1).access === 'read' ? 1n : 0n;

/** `u64 bpf_dynptr_size(const struct bpf_dynptr *p)`, which was a `__u32`. */
export const dynptrSize: Kfunc = (machine) => {
  const dynptr = dynptrArgument(machine, 1);
  const answer = dynptr.holds === 'nothing' ? failure(EINVAL) : dynptr.size;
  return BigInt.asUintN(machine.release.dynptrBits, answer);
};

/** `int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone__uninit)` */
export const dynptrClone: Kfunc = (machine) => {
  const dynptr = dynptrArgument(machine, 1);
  putDynptr(machine, 2, dynptr);
  return intResult(machine, dynptr.holds === 'nothing' ? -EINVAL : 0);
};

/** `int bpf_dynptr_copy(dst_ptr, u64 dst_off, src_ptr, u64 src_off, u64 size)`, 7.2. */
export const dynptrCopy: Kfunc = (machine) => {
  const { memory } = machine;
  const to = dynptrArgument(machine, 1);
  const toOffset = dynptrNumber(machine, 2);
  const from = dynptrArgument(machine, 3);
  const fromOffset = dynptrNumber(machine, 4);
  const size = dynptrNumber(machine, 5);
  const source = Number(slice(machine, from, fromOffset, size));
  const target = to.access === 'read' ? 0 : Number(slice(machine, to, toOffset, size));
  if (source !== 0 && target !== 0) {
    memory.bytes.copyWithin(target, source, source + Number(size));
    return 0n;
  }
  if (source !== 0) return u32(writeDynptr(machine, to, toOffset, size, source, 0n));
  if (target !== 0) return u32(readDynptr(machine, from, fromOffset, size, target));
  if (!holds(to, toOffset, size) || !holds(from, fromOffset, size))
    return intResult(machine, -E2BIG);
  return inChunks(machine, size, (at, length, buffer) => {
    const errno = readDynptr(machine, from, fromOffset + at, length, buffer);
    return errno === 0n ? writeDynptr(machine, to, toOffset + at, length, buffer, 0n) : errno;
  });
};

/** `int bpf_dynptr_memset(const struct bpf_dynptr *p, u64 offset, u64 size, u8 val)`, 7.2. */
export const dynptrMemset: Kfunc = (machine) => {
  const { memory } = machine;
  const dynptr = dynptrArgument(machine, 1);
  const offset = dynptrNumber(machine, 2);
  const size = dynptrNumber(machine, 3);
  const value = Number(machine.regs[4] & 0xffn);
  const target = dynptr.access === 'read' ? 0 : Number(slice(machine, dynptr, offset, size));
  if (target !== 0) {
    memory.bytes.fill(value, target, target + Number(size));
    return 0n;
  }
  if (dynptr.access === 'read') return intResult(machine, -EINVAL);
  if (!holds(dynptr, offset, size)) return intResult(machine, -E2BIG);
  return inChunks(machine, size, (at, length, buffer) => {
    memory.bytes.fill(value, buffer, buffer + Number(length));
    return writeDynptr(machine, dynptr, offset + at, length, buffer, 0n);
  });
};

/**
 * `bpf_dynptr_slice`: a pointer into it, to the buffer with a copy of what isn't in one piece, or NULL.
 */
function slice(
  machine: Machine,
  dynptr: Dynptr,
  offset: bigint,
  length: bigint,
  buffer = 0n,
): bigint {
  const { memory, packet, packetRegion } = machine;
  if (dynptr.holds === 'nothing' || !holds(dynptr, offset, length)) return 0n;
  if (isDirect(dynptr)) return readableAt(machine, dynptr, offset);
  const into = dynptr.offset + offset;
  if (dynptr.holds === 'xdp') return xdpSlice(machine, Number(into), Number(length), buffer);
  const start = packet!.start + Number(into);
  const end = start + Number(length);
  if (end <= packet!.linearEnd) {
    // Also in progs that have no pointers of their own to packets.
    memory.access[packetRegion] |= Access.READ;
    return BigInt(start);
  }
  if (buffer === 0n || end > packet!.end) return 0n;
  const to = Number(buffer);
  if (!allows(memory, to, Number(length), Access.WRITE)) {
    badArgument(machine, 3, 'a buffer, or NULL');
    return 0n;
  }
  memory.bytes.copyWithin(to, start, end);
  return buffer;
}

/** `bpf_xdp_pointer`, and a copy where the bytes lie in several pieces or are no more. */
function xdpSlice(machine: Machine, offset: number, lenBytes: number, buffer: bigint): bigint {
  const { memory } = machine;
  const buff = machine.xdp!;
  if (checkRange(buff, offset, lenBytes) === 0) {
    const address = addressIn(machine, buff, offset, lenBytes);
    if (address !== undefined) return BigInt(address);
  }
  const memoryAt = Number(buffer);
  if (memoryAt === 0) return 0n;
  if (!allows(memory, memoryAt, lenBytes, Access.WRITE)) {
    badArgument(machine, 3, 'a buffer, or NULL');
    return 0n;
  }
  copyPieces(memory, buff, { offset, lenBytes, memoryAt }, intoMemory);
  return buffer;
}

/** Where bytes lie that are in one piece. */
function addressIn(
  machine: Machine,
  buff: XdpBuff,
  offset: number,
  lenBytes: number,
): number | undefined {
  const linearBytes = buff.dataEnd - buff.data;
  if (offset < linearBytes) {
    return offset + lenBytes <= linearBytes ? buff.data + offset : undefined;
  }
  let into = offset - linearBytes;
  for (const frag of buff.frags) {
    if (into < frag.sizeBytes) {
      return into + lenBytes <= frag.sizeBytes ? addressOfFrag(machine, frag) + into : undefined;
    }
    into -= frag.sizeBytes;
  }
  // Nothing, behind all that there is.
  return buff.data + into;
}

/** Moves it to where progs can have pointers. */
function addressOfFrag(machine: Machine, frag: XdpFrag): number {
  const { memory } = machine;
  if (frag.address !== undefined) return frag.address;
  const region = addRegion(memory, { sizeBytes: frag.page.length, access: Access.BOTH });
  if (region === undefined) {
    raise(machine, 'bad-argument', machine.row, 'no memory for another frag');
    return 0;
  }
  frag.address = memory.starts[region];
  memory.bytes.set(frag.page, frag.address);
  return frag.address;
}

/** Does a step for each part of so many bytes that fits into a buffer, as long as it answers 0. */
function inChunks(
  machine: Machine,
  size: bigint,
  step: (at: bigint, length: bigint, buffer: number) => bigint,
): bigint {
  const { memory } = machine;
  const region = addRegion(memory, { sizeBytes: Number(CHUNK_BYTES), access: Access.BOTH });
  if (region === undefined) {
    raise(machine, 'bad-argument', machine.row, 'no memory for another buffer');
    return 0n;
  }
  for (let at = 0n; at < size; at += CHUNK_BYTES) {
    const left = size - at;
    const length = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    const errno = step(at, length, memory.starts[region]);
    if (errno !== 0n) {
      dropRegions(memory, region);
      return u32(errno);
    }
  }
  dropRegions(memory, region);
  return 0n;
}
