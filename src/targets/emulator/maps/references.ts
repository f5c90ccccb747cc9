import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { ArchRules } from '../arches.ts';
import { E2BIG, EBADF, EINVAL, ENOENT, ENOTSUPP } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { hashUserSide } from './hash.ts';
import { nextIndex } from './index-keys.ts';
import { keyText, littleEndianIndex } from './keys.ts';
import { type EmulatedMap, NO_ELEMENTS, type UserSide } from './map.ts';
import { checkHashUpdate, MapFlag, USER_ACCESS_FLAGS } from './rules.ts';

const refuse = { update: () => EINVAL, delete: () => EINVAL } as const;

/**
 * `prog_array` (kernel/bpf/arraymap.c 6.1): progs of the case by index. Those of its entries come into it once
 * they are loaded.
 */
export function createProgArray(spec: MapSpec, progs: number): EmulatedMap | number {
  const { maxEntries } = spec;
  const at = new Map<number, number>();
  function hold({ key, value }: MapEntry, flags: bigint): number {
    if (flags !== 0n) return EINVAL;
    const index = littleEndianIndex(key);
    if (index >= maxEntries) return E2BIG;
    const prog = littleEndianIndex(value);
    if (prog >= progs) return EBADF;
    at.set(index, prog);
    return 0;
  }
  for (const entry of spec.entries) {
    const errno = hold(entry, 0n);
    if (errno !== 0) return errno;
  }
  return {
    ...NO_ELEMENTS,
    ...refuse,
    spec,
    put: hold,
    user: {
      ...userSideOfFds(maxEntries, at),
      lookup: (key) => (at.has(littleEndianIndex(key)) ? [] : ENOENT),
    },
    progAt: (index) => at.get(index),
  };
}

/** `fd_array_map_delete_elem`, kernel/bpf/arraymap.c 6.1, and the way through an array. */
function userSideOfFds(maxEntries: number, at: Map<number, unknown>) {
  return {
    delete(key: Uint8Array): number {
      const index = littleEndianIndex(key);
      if (index >= maxEntries) return E2BIG;
      return at.delete(index) ? 0 : ENOENT;
    },
    nextKey: (key: Uint8Array | null) => nextIndex(maxEntries, key),
  };
}

/**
 * `array_of_maps` and `hash_of_maps` (kernel/bpf/map_in_map.c 6.1): a value is the index of a map of the
 * case that was created before. What they hold isn't told: user space sees ids there.
 */
export function createMapOfMaps(
  spec: MapSpec,
  { memory, linux, pointers, release }: Machine,
  before: readonly EmulatedMap[],
): EmulatedMap {
  const { keyBytes, maxEntries, type } = spec;
  const template = before[spec.inner!].spec;
  const held = new Map<string, number>();
  const isArray = type === 'array_of_maps';
  const littleEndian = linux.endianness === 'little';
  /** An array's key as entries have it. */
  function keyAt(address: number): string {
    if (!isArray) return keyText(memory.bytes, address, keyBytes);
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
    put({ key, value }, flags) {
      if (isArray && flags !== 0n) return EINVAL;
      if (isArray && littleEndianIndex(key) >= maxEntries) return E2BIG;
      const index = littleEndianIndex(value);
      const inner = before[index];
      if (inner === undefined) return EBADF;
      if (!sameShape(template, inner.spec)) return EINVAL;
      if (release.innerFields === 'compared' && !sameFields(template, inner.spec)) return EINVAL;
      const text = keyText(key, 0, keyBytes);
      if (!isArray) {
        const errno = checkHashUpdate(flags, held.has(text) ? 'present' : 'absent');
        if (errno !== 0) return errno;
        if (!held.has(text) && held.size === maxEntries) return E2BIG;
      }
      if (release.mapOfMapsUpdate === 'replaces') held.delete(text);
      held.set(text, index);
      return 0;
    },
    user: isArray ? userSideOfArray() : userSideOfHash(),
  };

  /** What comes out are ids, which aren't told. */
  function userSideOfArray(): UserSide {
    const textOf = (key: Uint8Array) => keyText(key, 0, keyBytes);
    return {
      lookup: (key) => (held.has(textOf(key)) ? [] : ENOENT),
      delete(key) {
        if (littleEndianIndex(key) >= maxEntries) return E2BIG;
        return held.delete(textOf(key)) ? 0 : ENOENT;
      },
      nextKey: (key) => nextIndex(maxEntries, key),
    };
  }

  function userSideOfHash(): UserSide {
    const { lookupAndDelete: _, ...user } = hashUserSide({
      elements: () => held,
      maxEntries,
      endianness: linux.endianness,
      valuesOf: () => [],
      remove: (text) => (held.delete(text) ? 0 : ENOENT),
    });
    return user;
  }
}

/** Whether what the kernel keeps in values, which it knows by BTF, is the same and lies in the same place. */
const sameFields = (a: MapSpec, b: MapSpec): boolean =>
  a.spinLock === b.spinLock && a.kptr === b.kptr;

/**
 * `bpf_map_meta_equal` and `array_map_meta_equal`, 6.1. What user space may do is a matter of fds, and no flag of the
 * map (`bpf_map_flags_retain_permanent`, kernel/bpf/syscall.c).
 */
function sameShape(a: MapSpec, b: MapSpec): boolean {
  const anyLength = a.type !== 'array' || (a.flags & MapFlag.INNER_MAP) !== 0;
  return (
    a.type === b.type &&
    a.keyBytes === b.keyBytes &&
    a.valueBytes === b.valueBytes &&
    (a.flags & ~USER_ACCESS_FLAGS) === (b.flags & ~USER_ACCESS_FLAGS) &&
    (anyLength || a.maxEntries === b.maxEntries)
  );
}

/** `perf_event_array`, `cgroup_array`: events and cgroups are fds, which a case has none of. */
export const createEventArray = (spec: MapSpec, { perfEvents }: ArchRules): EmulatedMap => ({
  ...NO_ELEMENTS,
  ...refuse,
  spec,
  put({ key }, flags) {
    if (flags !== 0n) return EINVAL;
    if (littleEndianIndex(key) >= spec.maxEntries) return E2BIG;
    return perfEvents === 'present' || spec.type === 'cgroup_array' ? EBADF : EINVAL;
  },
  user: { ...userSideOfFds(spec.maxEntries, new Map()), lookup: () => ENOTSUPP },
});
