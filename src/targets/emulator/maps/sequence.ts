import type { MapSpec } from '../../../case/case.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import type { LinuxSetting } from '../../target.ts';
import { E2BIG, EINVAL, ENOENT, EOPNOTSUPP } from '../errno.ts';
import type { Memory } from '../memory.ts';
import { jhashOn } from './jhash.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';

const NO_KEY = new Uint8Array(0);
const EXIST = BigInt(UpdateFlag.EXIST);

/** `queue` and `stack` (kernel/bpf/queue_stack_maps.c 6.1). What is popped first is told first. */
export function createQueueMap(spec: MapSpec, memory: Memory): EmulatedMap {
  const { valueBytes, maxEntries, type } = spec;
  /** The oldest first. */
  const held: Uint8Array[] = [];
  const nextIndex = () => (type === 'queue' ? 0 : held.length - 1);

  function push(value: Uint8Array, flags: bigint): number {
    if (flags !== 0n && flags !== EXIST) return EINVAL;
    if (held.length === maxEntries) {
      if (flags !== EXIST) return E2BIG;
      held.shift();
    }
    held.push(value);
    return 0;
  }

  /** Where there is none, the bytes become zeros. */
  function peek(address: number): number {
    const next = held[nextIndex()];
    if (next === undefined) memory.bytes.fill(0, address, address + valueBytes);
    else memory.bytes.set(next, address);
    return next === undefined ? ENOENT : 0;
  }

  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put: ({ value }, flags) => push(value.slice(), flags),
    user: {
      lookup: () => {
        const next = held[nextIndex()];
        return next === undefined ? ENOENT : [next];
      },
      delete: () => EINVAL,
      nextKey: () => EINVAL,
      lookupAndDelete() {
        const [next] = held.splice(nextIndex(), 1);
        return next === undefined ? ENOENT : [next];
      },
    },
    content: () => {
      const order = type === 'queue' ? held : held.slice().reverse();
      return order.map((value) => ({ key: NO_KEY, values: [value] }));
    },
    sequence: {
      push: (from, flags) => push(memory.bytes.slice(from, from + valueBytes), flags),
      peek,
      pop(to) {
        const errno = peek(to);
        if (errno === 0) held.splice(nextIndex(), 1);
        return errno;
      },
    },
  };
}

/** Where `map_extra` does not say how many. */
const HASHES = 5;
const BITS_MIN = 64;

/**
 * `bloom_filter` (kernel/bpf/bloom_filter.c 6.1), whose hash has no seed, as with BPF_F_ZERO_SEED:
 * without that flag nobody knows which values it takes for others.
 */
export function createBloomMap(
  spec: MapSpec,
  memory: Memory,
  { endianness }: LinuxSetting,
): EmulatedMap {
  const { valueBytes, maxEntries } = spec;
  const wanted = Math.floor((maxEntries * HASHES) / 5) * 7;
  const mask = wanted <= BITS_MIN ? BITS_MIN - 1 : 2 ** Math.ceil(Math.log2(wanted)) - 1;
  const bits = new Set<number>();
  const hashes = (bytes: Uint8Array, at: number) =>
    Array.from(
      { length: HASHES },
      (_, index) => (jhashOn(endianness, bytes, at, valueBytes, index) & mask) >>> 0,
    );

  function push(bytes: Uint8Array, at: number, flags: bigint): number {
    if (flags !== 0n) return EINVAL;
    for (const bit of hashes(bytes, at)) bits.add(bit);
    return 0;
  }

  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EOPNOTSUPP,
    put: ({ value }, flags) => push(value, 0, flags),
    user: {
      lookup: (value) => (hashes(value, 0).every((bit) => bits.has(bit)) ? [] : ENOENT),
      delete: () => EOPNOTSUPP,
      nextKey: () => EOPNOTSUPP,
    },
    sequence: {
      push: (from, flags) => push(memory.bytes, from, flags),
      pop: () => EOPNOTSUPP,
      peek: (at) => (hashes(memory.bytes, at).every((bit) => bits.has(bit)) ? 0 : ENOENT),
    },
  };
}
