import type { MapSpec } from '../../../case/case.ts';
import type { LinuxSetting } from '../../target.ts';
import { E2BIG, EBADF, EINVAL, ENODEV } from '../errno.ts';
import type { Machine } from '../machine.ts';
import type { Memory } from '../memory.ts';
import { Access, addRegion, roundUp } from '../memory.ts';
import { keyText, littleEndianIndex } from './keys.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';
import { MapFlag } from './rules.ts';

const refuse = { update: () => EINVAL, delete: () => EINVAL } as const;

/** `prog_array`: progs of the case by index. They come into it once they are loaded. */
export function createProgArray(spec: MapSpec, progs: number): EmulatedMap | number {
  const at = new Map<number, number>();
  for (const { key, value } of spec.entries) {
    const index = littleEndianIndex(key);
    const prog = littleEndianIndex(value);
    if (index >= spec.maxEntries) return E2BIG;
    if (prog >= progs) return EBADF;
    at.set(index, prog);
  }
  return { ...NO_ELEMENTS, ...refuse, spec, put: () => 0, progAt: (index) => at.get(index) };
}

/**
 * `array_of_maps` and `hash_of_maps` (kernel/bpf/map_in_map.c 6.1): a value is the index of a map of the
 * case that was created before. What they hold isn't told: user space sees ids there.
 */
export function createMapOfMaps(
  spec: MapSpec,
  { memory, linux, pointers }: Machine,
  before: readonly EmulatedMap[],
): EmulatedMap {
  const { keyBytes, maxEntries, type } = spec;
  const template = before[spec.inner!].spec;
  const held = new Map<string, number>();
  const littleEndian = linux.endianness === 'little';
  /** An array's key as entries have it. */
  function keyAt(address: number): string {
    if (type !== 'array_of_maps') return keyText(memory.bytes, address, keyBytes);
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, memory.view.getUint32(address, littleEndian), true);
    return keyText(key, 0, 4);
  }
  return {
    ...NO_ELEMENTS,
    ...refuse,
    spec,
    lookup(keyAddress) {
      const index = held.get(keyAt(keyAddress));
      return index === undefined ? 0 : Number(pointers.ofMap(index));
    },
    put({ key, value }) {
      if (type === 'array_of_maps' && littleEndianIndex(key) >= maxEntries) return E2BIG;
      const index = littleEndianIndex(value);
      const inner = before[index];
      if (inner === undefined) return EBADF;
      if (!sameShape(template, inner.spec)) return EINVAL;
      const text = keyText(key, 0, keyBytes);
      if (type === 'hash_of_maps' && !held.has(text) && held.size === maxEntries) return E2BIG;
      held.set(text, index);
      return 0;
    },
  };
}

/** `bpf_map_meta_equal` and `array_map_meta_equal`, 6.1. */
function sameShape(a: MapSpec, b: MapSpec): boolean {
  const anyLength = a.type !== 'array' || (a.flags & MapFlag.INNER_MAP) !== 0;
  return (
    a.type === b.type &&
    a.keyBytes === b.keyBytes &&
    a.valueBytes === b.valueBytes &&
    a.flags === b.flags &&
    (anyLength || a.maxEntries === b.maxEntries)
  );
}

/** `perf_event_array`: events are fds, which a case has none of. */
export const createEventArray = (spec: MapSpec): EmulatedMap => ({
  ...NO_ELEMENTS,
  ...refuse,
  spec,
  put: ({ key }) => (littleEndianIndex(key) >= spec.maxEntries ? E2BIG : EBADF),
});

/** The only device. */
const LOOPBACK_IFINDEX = 1;

/**
 * `devmap` (kernel/bpf/devmap.c 6.1), which may hold the loopback device, and `cpumap` and `xskmap`,
 * which stay empty: their elements are threads and sockets. Progs may read what a `devmap` holds.
 */
export function createRedirectMap(
  spec: MapSpec,
  memory: Memory,
  linux: LinuxSetting,
): EmulatedMap | undefined {
  const { maxEntries, valueBytes, type } = spec;
  const strideBytes = roundUp(valueBytes, 8);
  const region = addRegion(memory, { sizeBytes: maxEntries * strideBytes, access: Access.READ });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  const littleEndian = linux.endianness === 'little';
  const held = new Set<number>();
  return {
    ...NO_ELEMENTS,
    ...refuse,
    spec,
    lookup(keyAddress) {
      const index = memory.view.getUint32(keyAddress, littleEndian);
      return held.has(index) ? start + index * strideBytes : 0;
    },
    put({ key, value }) {
      const index = littleEndianIndex(key);
      if (index >= maxEntries) return E2BIG;
      if (type === 'xskmap') return EBADF;
      const ifindex = new DataView(value.buffer, value.byteOffset).getUint32(0, littleEndian);
      if (ifindex === 0) return 0;
      if (ifindex !== LOOPBACK_IFINDEX) return ENODEV;
      memory.bytes.set(value, start + index * strideBytes);
      held.add(index);
      return 0;
    },
    redirectsTo: (index) => held.has(index),
    content: () =>
      [...held]
        .sort((a, b) => a - b)
        .map((index) => ({
          key: Uint8Array.of(index, index >>> 8, index >>> 16, index >>> 24),
          values: [
            memory.bytes.slice(
              start + index * strideBytes,
              start + index * strideBytes + valueBytes,
            ),
          ],
        })),
  };
}
