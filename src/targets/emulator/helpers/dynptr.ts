import { E2BIG, EFAULT, EINVAL, failure } from '../errno.ts';
import { type Machine, raise } from '../machine.ts';
import { Access, letRead } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { type ObjectOf, objectAt, putObject } from '../stack-objects.ts';
import { badArgument, type Helper, mapArgument, memoryArgument } from './helper.ts';
import { skbStoreBytes } from './skb.ts';
import { checkRange, copyPieces, intoMemory, intoPacket } from './xdp.ts';

/** What a prog knows as `struct bpf_dynptr`: memory of a size that only the run tells. */
export type Dynptr = ObjectOf<'dynptr'>;

/** `sizeof(struct bpf_dynptr)`. */
export const DYNPTR_BYTES = 16;
/** `DYNPTR_MAX_SIZE`, kernel/bpf/helpers.c: 24 bits. */
const SIZE_MAX = 0xff_ffffn;

const NULL: Dynptr = {
  kind: 'dynptr',
  holds: 'nothing',
  start: 0,
  offset: 0n,
  size: 0n,
  access: 'write',
};

/** `bpf_dynptr_from_mem(data, size, flags, ptr)`, kernel/bpf/helpers.c 6.1. */
export const dynptrFromMem: Helper = (machine) => {
  const size = dynptrNumber(machine, 2);
  const start = memoryArgument(machine, 1, Number(size), Access.BOTH);
  const errno = size > SIZE_MAX ? E2BIG : machine.regs[3] !== 0n ? EINVAL : 0;
  putDynptr(machine, 4, errno === 0 ? { ...NULL, holds: 'memory', start, size } : NULL);
  return failure(errno);
};

/** `bpf_ringbuf_reserve_dynptr(map, size, flags, ptr)`, kernel/bpf/ringbuf.c 6.1. */
export const ringbufReserveDynptr: Helper = (machine) => {
  const ring = mapArgument(machine, 1)?.ring;
  if (ring === undefined) {
    badArgument(machine, 1, 'a ring buffer');
    return 0n;
  }
  const size = BigInt.asUintN(32, machine.regs[2]);
  const refused = machine.regs[3] !== 0n ? EINVAL : size > SIZE_MAX ? E2BIG : 0;
  const start = refused === 0 ? ring.reserve(size) : 0;
  putDynptr(machine, 4, start === 0 ? NULL : { ...NULL, holds: 'record', start, size });
  return failure(refused === 0 && start === 0 ? EINVAL : refused);
};

/** `bpf_ringbuf_submit_dynptr(ptr, flags)`. */
export const ringbufSubmitDynptr: Helper = (machine) => commit(machine, 'submitted');

/** `bpf_ringbuf_discard_dynptr(ptr, flags)`. */
export const ringbufDiscardDynptr: Helper = (machine) => commit(machine, 'discarded');

/** `bpf_dynptr_read(dst, len, src, offset, flags)`. */
export const dynptrRead: Helper = (machine) => {
  const dynptr = dynptrArgument(machine, 3);
  const size = dynptrNumber(machine, 2);
  const to = memoryArgument(machine, 1, Number(size), Access.WRITE);
  if (to === 0 || machine.regs[5] !== 0n) return failure(EINVAL);
  return readDynptr(machine, dynptr, dynptrNumber(machine, 4), size, to);
};

/** `bpf_dynptr_write(dst, offset, src, len, flags)`. */
export const dynptrWrite: Helper = (machine) => {
  const size = dynptrNumber(machine, 4);
  const from = memoryArgument(machine, 3, Number(size), Access.READ);
  const dynptr = dynptrArgument(machine, 1);
  const flags = machine.regs[5];
  return writeDynptr(machine, dynptr, dynptrNumber(machine, 2), size, from, flags);
};

/** `bpf_dynptr_data(ptr, offset, len)`: nothing of what isn't in one piece. */
export const dynptrData: Helper = (machine) => {
  const dynptr = dynptrArgument(machine, 1);
  const offset = dynptrNumber(machine, 2);
  if (dynptr.access === 'read' || !isDirect(dynptr) || dynptr.holds === 'metadata') return 0n;
  if (!holds(dynptr, offset, dynptrNumber(machine, 3))) return 0n;
  return readableAt(machine, dynptr, offset);
};

/** The address there. What lies there may be read: `write-only-value-is-read` in `causes/`. */
export function readableAt({ memory }: Machine, dynptr: Dynptr, offset: bigint): bigint {
  const address = addressOf(dynptr, offset);
  letRead(memory, Number(address));
  return address;
}

/** The dynptr that a register points to; nothing, with a fault, where it points to none. */
export const dynptrArgument = (machine: Machine, reg: number): Dynptr =>
  objectAt(machine, reg, 'dynptr') ?? NULL;

/** Sizes and offsets had 32 bits up to 6.18. */
export const dynptrNumber = ({ regs, release }: Machine, reg: number): bigint =>
  BigInt.asUintN(release.dynptrBits, regs[reg]);

export const putDynptr = (machine: Machine, reg: number, dynptr: Dynptr): void =>
  putObject(machine, reg, DYNPTR_BYTES, dynptr);

export const nullDynptr = NULL;

/** `bpf_dynptr_check_off_len`. */
export const holds = ({ size }: Dynptr, offset: bigint, length: bigint): boolean =>
  length <= size && offset <= size - length;

/** Whether a pointer leads to it. */
export const isDirect = ({ holds }: Dynptr): boolean => DIRECT.has(holds);

const DIRECT: ReadonlySet<Dynptr['holds']> = new Set<Dynptr['holds']>([
  ...(['memory', 'record', 'metadata'] as const),
]);

export const addressOf = ({ start, offset }: Dynptr, into: bigint): bigint =>
  BigInt(start) + offset + into;

/** `__bpf_dynptr_read`, without flags. */
export function readDynptr(
  { memory, packet, xdp }: Machine,
  dynptr: Dynptr,
  offset: bigint,
  length: bigint,
  to: number,
): bigint {
  if (dynptr.holds === 'nothing') return failure(EINVAL);
  if (!holds(dynptr, offset, length)) return failure(E2BIG);
  const lenBytes = Number(length);
  if (dynptr.holds === 'xdp') {
    const range = { offset: Number(dynptr.offset + offset), lenBytes, memoryAt: to };
    const errno = checkRange(xdp!, range.offset, lenBytes);
    if (errno === 0) copyPieces(memory, xdp!, range, intoMemory);
    return failure(errno);
  }
  const start = isDirect(dynptr) ? dynptr.start : packet!.start;
  const from = start + Number(dynptr.offset + offset);
  if (!isDirect(dynptr) && from + lenBytes > packet!.end) {
    memory.bytes.fill(0, to, to + lenBytes);
    return failure(EFAULT);
  }
  memory.bytes.copyWithin(to, from, from + lenBytes);
  return 0n;
}

/** `__bpf_dynptr_write`. */
export function writeDynptr(
  machine: Machine,
  dynptr: Dynptr,
  offset: bigint,
  length: bigint,
  from: number,
  flags: bigint,
): bigint {
  if (dynptr.holds === 'nothing' || dynptr.access === 'read') return failure(EINVAL);
  if (!holds(dynptr, offset, length)) {
    // 6.1 looks at the flags first; both are refused by all.
    return failure(flags !== 0n && machine.release.dynptrFlags === 'first' ? EINVAL : E2BIG);
  }
  if (isDirect(dynptr)) {
    if (flags !== 0n) return failure(EINVAL);
    const to = Number(addressOf(dynptr, offset));
    machine.memory.bytes.copyWithin(to, from, from + Number(length));
    return 0n;
  }
  const { regs, memory, xdp } = machine;
  if (dynptr.holds === 'xdp') {
    if (flags !== 0n) return failure(EINVAL);
    const range = {
      offset: Number(dynptr.offset + offset),
      lenBytes: Number(length),
      memoryAt: from,
    };
    const errno = checkRange(xdp!, range.offset, range.lenBytes);
    if (errno === 0) copyPieces(memory, xdp!, range, intoPacket);
    return failure(errno);
  }
  regs[1] = BigInt(machine.ctx.start);
  regs[2] = dynptr.offset + offset;
  regs[3] = BigInt(from);
  regs[4] = length;
  regs[5] = flags;
  return skbStoreBytes(machine);
}

function commit(machine: Machine, as: 'submitted' | 'discarded'): bigint {
  const { holds: what, start } = dynptrArgument(machine, 1);
  if (what === 'nothing') return 0n;
  if (!machine.maps.some(({ ring }) => ring?.commit(start, as))) {
    raise(machine, 'bad-argument', machine.row, 'a dynptr of no record');
  }
  // The record is no more, in whatever dynptr it is.
  for (const [address, object] of machine.objects) {
    if (object.kind === 'dynptr' && object.start === start) machine.objects.set(address, NULL);
  }
  machine.objects.set(numberIn(machine.words, 1), NULL);
  return 0n;
}
