import type { MapSpec } from '../../../case/case.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import {
  E2BIG,
  EBADF,
  EEXIST,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOMEM,
  ENOTSOCK,
  EOPNOTSUPP,
  EOVERFLOW,
} from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access, addRegion, roundUp } from '../memory.ts';
import { littleEndianKey, nextIndex } from './index-keys.ts';
import { littleEndianIndex } from './keys.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';

const EXIST = BigInt(UpdateFlag.EXIST);
const NOEXIST = BigInt(UpdateFlag.NOEXIST);
const refuse = { update: () => EINVAL, delete: () => EINVAL } as const;

/** `__dev_map_alloc_node`. The fd of a prog is none that is one: a case has none to name. */
function checkDevice({ interfaces }: Machine, ifindex: number, fd: number): number {
  return (ifindex !== 0 && !interfaces.includes(ifindex)) || fd > 0 ? EINVAL : 0;
}

/** `sanity limit on qsize` of a `cpumap`. */
const QUEUE_MAX = 16384;

/**
 * `devmap` (kernel/bpf/devmap.c 6.1), which may hold the devices that there are, `cpumap` (cpumap.c), which may hold
 * CPUs that there are, and `xskmap` (net/xdp/xskmap.c), which stays empty: its elements are sockets. Progs may
 * read what a `devmap` holds.
 */
export function createRedirectMap(
  spec: MapSpec,
  machine: Machine,
  maps: readonly EmulatedMap[],
): EmulatedMap | undefined {
  const { memory, linux, release } = machine;
  const { maxEntries, valueBytes, type } = spec;
  const strideBytes = roundUp(valueBytes, 8);
  const region = addRegion(memory, { sizeBytes: maxEntries * strideBytes, access: Access.READ });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  const littleEndian = linux.endianness === 'little';
  const held = new Set<number>();
  const addressOf = (index: number) => start + index * strideBytes;
  const valueAt = (index: number) =>
    memory.bytes.slice(addressOf(index), addressOf(index) + valueBytes);

  /** Takes a device or a queue length of 0 for none. */
  function hold(index: number, first: number, value: Uint8Array): number {
    held.delete(index);
    if (first === 0) return 0;
    memory.bytes.set(value.subarray(0, 4), addressOf(index));
    held.add(index);
    return 0;
  }

  const redirectsTo = (index: number) =>
    held.has(index) ? memory.view.getUint32(addressOf(index), littleEndian) : undefined;

  function checkCpu(index: number, queue: number, fd: number): number {
    if (queue > QUEUE_MAX) return EOVERFLOW;
    if (index >= linux.cpus) return ENODEV;
    if (queue === 0 || fd <= 0) return 0;
    return release.cpumapBadProg === 'told' ? EBADF : ENOMEM;
  }

  return {
    ...NO_ELEMENTS,
    ...refuse,
    spec,
    lookup(keyAddress) {
      const index = memory.view.getUint32(keyAddress, littleEndian);
      return held.has(index) ? addressOf(index) : 0;
    },
    put({ key, value }, flags) {
      const index = littleEndianIndex(key);
      if (flags > EXIST) return EINVAL;
      if (index >= maxEntries) return E2BIG;
      if (type === 'xskmap') return littleEndianIndex(value) < maps.length ? ENOTSOCK : EBADF;
      if (flags === NOEXIST) return EEXIST;
      const view = new DataView(value.buffer, value.byteOffset);
      const first = view.getUint32(0, littleEndian);
      const fd = valueBytes < 8 ? 0 : view.getInt32(4, littleEndian);
      const errno =
        type === 'cpumap' ? checkCpu(index, first, fd) : checkDevice(machine, first, fd);
      return errno === 0 ? hold(index, first, value) : errno;
    },
    user: {
      lookup(key) {
        if (type === 'xskmap') return EOPNOTSUPP;
        const index = littleEndianIndex(key);
        return held.has(index) ? [valueAt(index)] : ENOENT;
      },
      delete(key) {
        const index = littleEndianIndex(key);
        if (index >= maxEntries) return EINVAL;
        held.delete(index);
        return 0;
      },
      nextKey: (key) => nextIndex(maxEntries, key),
    },
    redirectsTo,
    ...(type === 'devmap' && {
      devices: () => [...held].sort((a, b) => a - b).map((index) => redirectsTo(index)!),
    }),
    content: () =>
      type !== 'devmap'
        ? []
        : [...held]
            .sort((a, b) => a - b)
            .map((index) => ({ key: littleEndianKey(index), values: [valueAt(index)] })),
  };
}

/** `devmap_hash` (kernel/bpf/devmap.c 6.1): devices by any u32, in buckets of its low bits. */
export function createDeviceHash(spec: MapSpec, machine: Machine): EmulatedMap | undefined {
  const { memory, linux } = machine;
  const { maxEntries, valueBytes } = spec;
  const strideBytes = roundUp(valueBytes, 8);
  const region = addRegion(memory, { sizeBytes: maxEntries * strideBytes, access: Access.READ });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  const littleEndian = linux.endianness === 'little';
  const mask = 2 ** Math.ceil(Math.log2(maxEntries)) - 1;
  /** Where the value of an index lies; the newest last. */
  const held = new Map<number, number>();
  const free = Array.from({ length: maxEntries }, (_, slot) => start + slot * strideBytes);
  const valueAt = (address: number) => memory.bytes.slice(address, address + valueBytes);

  function redirectsTo(index: number): number | undefined {
    const address = held.get(index);
    return address === undefined ? undefined : memory.view.getUint32(address, littleEndian);
  }

  /** Bucket by bucket, in each the newest first. */
  function inOrder(): readonly number[] {
    const bucketOf = (index: number) => (index & mask) >>> 0;
    return [...held.keys()].reverse().sort((a, b) => bucketOf(a) - bucketOf(b));
  }

  return {
    ...NO_ELEMENTS,
    ...refuse,
    spec,
    lookup: (keyAddress) => held.get(memory.view.getUint32(keyAddress, littleEndian)) ?? 0,
    put({ key, value }, flags) {
      const index = littleEndianIndex(key);
      const view = new DataView(value.buffer, value.byteOffset);
      const ifindex = view.getUint32(0, littleEndian);
      if (flags > EXIST || ifindex === 0) return EINVAL;
      const old = held.get(index);
      if (old !== undefined && flags === NOEXIST) return EEXIST;
      const errno = checkDevice(
        machine,
        ifindex,
        valueBytes < 8 ? 0 : view.getInt32(4, littleEndian),
      );
      if (errno !== 0) return errno;
      const address = old ?? free.pop();
      if (address === undefined) return E2BIG;
      held.delete(index);
      held.set(index, address);
      memory.bytes.set(value.subarray(0, 4), address);
      return 0;
    },
    user: {
      lookup(key) {
        const address = held.get(littleEndianIndex(key));
        return address === undefined ? ENOENT : [valueAt(address)];
      },
      delete(key) {
        const index = littleEndianIndex(key);
        const address = held.get(index);
        if (address === undefined) return ENOENT;
        held.delete(index);
        free.push(address);
        return 0;
      },
      nextKey(key) {
        const order = inOrder();
        const next = order[key === null ? 0 : order.indexOf(littleEndianIndex(key)) + 1];
        return next === undefined ? ENOENT : littleEndianKey(next);
      },
    },
    redirectsTo,
    devices: () => inOrder().map((index) => redirectsTo(index)!),
    content: () =>
      inOrder()
        .map((index) => ({ key: littleEndianKey(index), values: [valueAt(held.get(index)!)] }))
        .sort((a, b) => Buffer.compare(a.key, b.key)),
  };
}
