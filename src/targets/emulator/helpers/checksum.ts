import { EACCES, EFAULT, EINVAL, ENOTSUPP, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import {
  differenceOf,
  folded,
  halved,
  inverted,
  partialSum,
  summed,
  sumOf,
  wordsAt,
} from '../run/checksum.ts';
import type { Packet } from '../run/packet.ts';
import { forgetUnnecessary, makeLinear } from '../run/skb-state.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/** BPF_F_HDR_FIELD_MASK, and what else `bpf_l4_csum_replace` takes, include/uapi/linux/bpf.h. */
const FIELD_MASK = 0xfn;
const PSEUDO_HEADER = 0x10n;
const MARK_MANGLED_0 = 0x20n;
const MARK_ENFORCE = 0x40n;
const IPV6 = 0x80n;
const L4_FLAGS = FIELD_MASK | PSEUDO_HEADER | MARK_MANGLED_0 | MARK_ENFORCE | IPV6;
/** `CSUM_MANGLED_0`: a UDP checksum of 0 would say that there is none. */
const MANGLED_0 = 0xffff;
const OFFSET_MAX = 0xffff;

/** `bpf_l3_csum_replace(skb, offset, from, to, size)`, net/core/filter.c 6.1. */
export const l3CsumReplace: Helper = (machine) => {
  const flags = machine.regs[5];
  if ((flags & ~FIELD_MASK) !== 0n) return failure(EINVAL);
  const place = checksumPlace(machine);
  if (typeof place === 'bigint') return place;
  const { view } = machine.memory;
  const replaced = replace(machine, view.getUint16(place.at, machine.littleEndian), 'narrow');
  if (replaced === undefined) return failure(EINVAL);
  view.setUint16(place.at, replaced, machine.littleEndian);
  return 0n;
};

/** `bpf_l4_csum_replace(skb, offset, from, to, flags)`, net/core/filter.c 6.1. */
export const l4CsumReplace: Helper = (machine) => {
  const flags = machine.regs[5];
  if ((flags & ~L4_FLAGS) !== 0n) return failure(EINVAL);
  const place = checksumPlace(machine);
  if (typeof place === 'bigint') return place;
  const { view } = machine.memory;
  const isMangled = (flags & MARK_MANGLED_0) !== 0n;
  const found = view.getUint16(place.at, machine.littleEndian);
  if (isMangled && (flags & MARK_ENFORCE) === 0n && found === 0) return 0n;
  const replaced = replace(machine, found, 'wide');
  if (replaced === undefined) return failure(EINVAL);
  if ((flags & PSEUDO_HEADER) !== 0n) notePseudoHeader(machine, place.packet);
  view.setUint16(
    place.at,
    isMangled && replaced === 0 ? MANGLED_0 : replaced,
    machine.littleEndian,
  );
  return 0n;
};

interface ChecksumPlace {
  readonly packet: Packet;
  readonly at: number;
}

/** Where r2 says that a checksum is, made linear; what the helper returns where there is none. */
function checksumPlace(machine: Machine): ChecksumPlace | bigint {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const offset = u32Argument(machine, 2);
  if (offset > OFFSET_MAX || offset % 2 !== 0) return failure(EFAULT);
  if (!makeLinear(machine, packet, offset + 2)) return failure(EFAULT);
  return { packet, at: packet.start + offset };
}

/**
 * The checksum with r3 taken out and r4 put in, of as many bytes as the flags say; undefined where
 * they say another number (`csum_replace_by_diff`, `csum_replace4`). Packets' own checksums, `narrow`,
 * are calculated otherwise with 2 bytes (`csum_replace2`).
 */
function replace(
  machine: Machine,
  checksum: number,
  twoBytes: 'narrow' | 'wide',
): number | undefined {
  const { regs } = machine;
  const { from, to } = replacement(machine);
  switch (regs[5] & FIELD_MASK) {
    case 0n:
      return regs[3] === 0n ? folded(sumOf(to, inverted(checksum))) : undefined;
    case 2n:
      if (twoBytes === 'narrow') {
        return ~sum16(sum16(~checksum & 0xffff, ~from & 0xffff), to) & 0xffff;
      }
      return folded(sumOf(differenceOf(inverted(checksum), from), to));
    case 4n:
      return folded(sumOf(differenceOf(inverted(checksum), from), to));
    default:
      return undefined;
  }
}

/** r3 and r4, of as many bytes as r5 says. */
function replacement({ regs }: Machine): { readonly from: number; readonly to: number } {
  const mask = (regs[5] & FIELD_MASK) === 2n ? 0xffffn : 0xffff_ffffn;
  return { from: Number(regs[3] & mask), to: Number(regs[4] & mask) };
}

/**
 * The packet's own sum where the addresses of its pseudo-header change, of which it has the IP checksum
 * and this one (`inet_proto_csum_replace4` and `_by_diff`, net/core/utils.c 6.1).
 */
function notePseudoHeader(machine: Machine, { skb }: Packet): void {
  if (skb.summed !== 'complete') return;
  const flags = machine.regs[5];
  const { from, to } = replacement(machine);
  if ((flags & FIELD_MASK) !== 0n) {
    skb.checksum = inverted(sumOf(differenceOf(inverted(skb.checksum), from), to));
  } else if ((flags & IPV6) === 0n) skb.checksum = inverted(differenceOf(to, skb.checksum));
}

/** `csum16_add`. */
function sum16(a: number, b: number): number {
  const sum = a + b;
  return (sum & 0xffff) + (sum >>> 16);
}

/** `sizeof(struct bpf_scratchpad)`. */
const SCRATCH_BYTES = 512;

/** `bpf_csum_diff(from, from_size, to, to_size, seed)`, net/core/filter.c, 6.1 and 7.2. */
export const csumDiff: Helper = (machine) => {
  const fromBytes = u32Argument(machine, 2);
  const toBytes = u32Argument(machine, 4);
  const from = fromBytes === 0 ? 1 : memoryArgument(machine, 1, fromBytes, Access.READ);
  const to = toBytes === 0 ? 1 : memoryArgument(machine, 3, toBytes, Access.READ);
  if (from === 0 || to === 0) return 0n;
  const seed = u32Argument(machine, 5);
  if (machine.release.csumDiff === 'folded') {
    return BigInt(halved(difference(machine, { from, fromBytes, to, toBytes, seed })));
  }
  if ((fromBytes | toBytes) % 4 !== 0 || fromBytes + toBytes > SCRATCH_BYTES) {
    return failure(EINVAL);
  }
  const words = [
    ...wordsAt(machine, from, fromBytes).map(inverted),
    ...wordsAt(machine, to, toBytes),
  ];
  return BigInt(summed(machine, words, seed));
};

interface Diff {
  readonly from: number;
  readonly fromBytes: number;
  readonly to: number;
  readonly toBytes: number;
  readonly seed: number;
}

function difference(machine: Machine, { from, fromBytes, to, toBytes, seed }: Diff): number {
  const partial = (at: number, bytes: number, start: number) =>
    partialSum(machine, at, bytes, start);
  if (toBytes > 0) {
    const added = partial(to, toBytes, seed);
    return fromBytes > 0 ? sumOf(added, inverted(partial(from, fromBytes, 0))) : added;
  }
  return fromBytes > 0 ? inverted(partial(from, fromBytes, inverted(seed))) : seed;
}

/** `bpf_csum_update(skb, csum)`, net/core/filter.c 6.1: of packets that are CHECKSUM_COMPLETE. */
export const csumUpdate: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const { skb } = packet;
  if (skb.summed !== 'complete') return failure(ENOTSUPP);
  skb.checksum = sumOf(skb.checksum, u32Argument(machine, 2));
  return BigInt(skb.checksum);
};

/** `BPF_CSUM_LEVEL_*`, include/uapi/linux/bpf.h. */
const Level = { QUERY: 0n, INC: 1n, DEC: 2n, RESET: 3n } as const;
/** `SKB_MAX_CSUM_LEVEL`, include/linux/skbuff.h. */
const LEVEL_MAX = 3;

/** `bpf_csum_level(skb, level)`, net/core/filter.c 6.1. */
export const csumLevel: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  const { skb } = packet;
  const isUnnecessary = skb.summed === 'unnecessary';
  switch (machine.regs[2]) {
    case Level.QUERY:
      return isUnnecessary ? BigInt(skb.checksumLevel) : failure(EACCES);
    case Level.INC:
      if (isUnnecessary) skb.checksumLevel = Math.min(skb.checksumLevel + 1, LEVEL_MAX);
      else if (skb.summed === 'none') {
        skb.summed = 'unnecessary';
        skb.checksumLevel = 0;
      }
      return 0n;
    case Level.DEC:
      if (isUnnecessary && skb.checksumLevel === 0) skb.summed = 'none';
      else if (isUnnecessary) skb.checksumLevel--;
      return 0n;
    case Level.RESET:
      forgetUnnecessary(packet);
      return 0n;
    default:
      return failure(EINVAL);
  }
};
