import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { Endianness, LinuxSetting, MapContent } from '../../target.ts';
import { E2BIG, ENOENT } from '../errno.ts';
import type { Memory } from '../memory.ts';
import { jhashOn } from './jhash.ts';
import { keyBytesOf, keyText } from './keys.ts';
import type { Element, EmulatedMap, UserSide } from './map.ts';
import { LOCK, MapFlag, type MapRule, type Presence } from './rules.ts';
import {
  clearOtherCpus,
  clearValues,
  copyValue,
  fillValues,
  lockOf,
  type Values,
  valueAddress,
  valueAddressOn,
  valuesOf,
  withoutLock,
} from './values.ts';

/**
 * `hash` and `percpu_hash` (kernel/bpf/hashtab.c 6.1). A pointer to a value stays usable after its
 * element is replaced or deleted, and sees what the element is used for next. That is deterministic on
 * one CPU, so it is kept:
 * - elements are freed to the head of a list and taken from it;
 * - replacing a preallocated element takes the CPU's one spare element and leaves the old one as the
 *   spare (`alloc_htab_elem`); without preallocation the old one is freed after the new one was taken;
 * - a per-CPU map replaces in place;
 * - freeing does not clear.
 */
export function createHashMap(
  spec: MapSpec,
  rule: MapRule,
  memory: Memory,
  { endianness }: LinuxSetting,
  values: Values,
): EmulatedMap {
  const { keyBytes, maxEntries } = spec;
  const elements = new Map<string, number>();
  const freed: number[] = [];
  let neverUsed = 0;
  const preallocated = (spec.flags & MapFlag.NO_PREALLOC) === 0;
  let spare = preallocated ? neverUsed++ : -1;

  const keyAt = (address: number) => keyText(memory.bytes, address, keyBytes);
  const addressOf = (element: number) => valueAddress(values, element);
  const presence = (element: number | undefined): Presence =>
    element === undefined ? 'absent' : 'present';
  const take = () => freed.pop() ?? neverUsed++;

  /** The element that the new value of `key` goes to; undefined where the map is full. */
  function elementFor(key: string, old: number | undefined, flags: bigint): number | undefined {
    if (old === undefined) {
      if (elements.size >= maxEntries) return undefined;
      const element = take();
      elements.set(key, element);
      return element;
    }
    // Under the lock the element that is there stays.
    if (rule.values === 'per-cpu' || (flags & LOCK) !== 0n) return old;
    const element = preallocated ? spare : take();
    if (preallocated) spare = old;
    else freed.push(old);
    // The new element comes to the head of its bucket.
    elements.delete(key);
    elements.set(key, element);
    return element;
  }

  function remove(key: string): number {
    const element = elements.get(key);
    const errno = rule.checkDelete(presence(element));
    if (errno !== 0 || element === undefined) return errno;
    elements.delete(key);
    freed.push(element);
    return 0;
  }

  const user = hashUserSide({
    elements: () => elements,
    maxEntries,
    endianness,
    valuesOf: (element) => valuesOf(memory, values, element),
    remove,
  });

  return {
    spec,
    user,
    directValue: 0,
    lookup(keyAddress) {
      const element = elements.get(keyAt(keyAddress));
      return element === undefined ? 0 : addressOf(element);
    },
    update(keyAddress, valueAddress, flags) {
      const key = keyAt(keyAddress);
      const old = elements.get(key);
      const errno = rule.checkUpdate(flags, presence(old), lockOf(spec));
      if (errno !== 0) return errno;
      const element = elementFor(key, old, flags);
      if (element === undefined) return E2BIG;
      copyValue(memory, spec, addressOf(element), valueAddress);
      if (old === undefined) clearOtherCpus(memory, values, element);
      return 0;
    },
    delete: (keyAddress) => remove(keyAt(keyAddress)),
    put({ key, value }: MapEntry, flags, cpu) {
      const text = keyText(key, 0, keyBytes);
      const old = elements.get(text);
      const errno = rule.checkUpdate(flags, presence(old), lockOf(spec));
      if (errno !== 0) return errno;
      const element = elementFor(text, old, flags);
      if (element === undefined) return E2BIG;
      if (old === undefined) clearValues(memory, values, element);
      fillValues(memory, values, element, withoutLock(spec, value), cpu);
      return 0;
    },
    content: () => contentOf(elements, memory, values),
    lookupOnCpu(keyAddress, cpu) {
      const element = elements.get(keyAt(keyAddress));
      return element === undefined ? 0 : valueAddressOn(values, element, cpu);
    },
    elements: () => walkedElements(elements, maxEntries, values, endianness),
  };
}

/** Elements by key: keys are compared as text, of which a character is a byte. */
export function contentOf(
  elements: ReadonlyMap<string, number>,
  memory: Memory,
  values: Values,
): MapContent {
  const sorted = [...elements].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, element]) => ({
    key: keyBytesOf(key),
    values: valuesOf(memory, values, element),
  }));
}

/**
 * Elements as `bpf_for_each_hash_elem` comes to them: bucket by bucket, in each the newest first. The
 * hash has no seed, as with BPF_F_ZERO_SEED: without that flag the order is anyone's guess.
 */
export function walkedElements(
  elements: ReadonlyMap<string, number>,
  maxEntries: number,
  values: Values,
  endianness: Endianness,
): readonly Element[] {
  return bucketsOf([...elements.keys()], maxEntries, endianness)
    .flat()
    .map((key) => ({
      key: keyBytesOf(key),
      valueAddress: valueAddress(values, elements.get(key)!),
    }));
}

/** Keys, of which the last is the newest, by bucket. */
function bucketsOf(
  keys: readonly string[],
  maxEntries: number,
  endianness: Endianness,
): readonly (readonly string[])[] {
  const mask = 2 ** Math.ceil(Math.log2(maxEntries)) - 1;
  const buckets = new Map<number, string[]>();
  for (const key of keys) {
    const bucket = (jhashOn(endianness, keyBytesOf(key), 0, key.length, 0) & mask) >>> 0;
    const others = buckets.get(bucket);
    if (others === undefined) buckets.set(bucket, [key]);
    else others.unshift(key);
  }
  return [...buckets].sort(([a], [b]) => a - b).map(([, bucket]) => bucket);
}

/** What the user side of a hash map is made of: keys are text, and values are known by a number. */
export interface HashParts {
  /** The newest last. */
  readonly elements: () => ReadonlyMap<string, number>;
  readonly maxEntries: number;
  readonly endianness: Endianness;
  readonly valuesOf: (element: number) => readonly Uint8Array[];
  /** The errno, or 0. */
  readonly remove: (key: string) => number;
}

/** `htab_map_get_next_key` and the like, kernel/bpf/hashtab.c 6.1. */
export function hashUserSide(parts: HashParts): UserSide {
  const { elements, maxEntries, endianness, valuesOf, remove } = parts;
  const textOf = (key: Uint8Array) => keyText(key, 0, key.length);
  const buckets = () => bucketsOf([...elements().keys()], maxEntries, endianness);
  function lookup(key: Uint8Array): readonly Uint8Array[] | number {
    const element = elements().get(textOf(key));
    return element === undefined ? ENOENT : valuesOf(element);
  }
  return {
    lookup,
    delete: (key) => remove(textOf(key)),
    nextKey(key) {
      const order = buckets().flat();
      const next = order[key === null ? 0 : order.indexOf(textOf(key)) + 1];
      return next === undefined ? ENOENT : keyBytesOf(next);
    },
    lookupAndDelete(key) {
      const found = lookup(key);
      if (typeof found !== 'number') remove(textOf(key));
      return found;
    },
    buckets: () => buckets().map((keys) => keys.map(keyBytesOf)),
  };
}
