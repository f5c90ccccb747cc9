import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { LinuxSetting, MapContent } from '../../target.ts';
import { E2BIG } from '../errno.ts';
import type { Memory } from '../memory.ts';
import { jhash } from './jhash.ts';
import { keyBytesOf, keyText } from './keys.ts';
import type { Element, EmulatedMap } from './map.ts';
import { MapFlag, type MapRule, type Presence } from './rules.ts';
import {
  clearOtherCpus,
  fillValues,
  type Values,
  valueAddress,
  valueAddressOn,
  valuesOf,
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
  _linux: LinuxSetting,
  values: Values,
): EmulatedMap {
  const { keyBytes, valueBytes, maxEntries } = spec;
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
  function elementFor(key: string, old: number | undefined): number | undefined {
    if (old === undefined) {
      if (elements.size >= maxEntries) return undefined;
      const element = take();
      elements.set(key, element);
      return element;
    }
    if (rule.values === 'per-cpu') return old;
    const element = preallocated ? spare : take();
    if (preallocated) spare = old;
    else freed.push(old);
    // The new element comes to the head of its bucket.
    elements.delete(key);
    elements.set(key, element);
    return element;
  }

  return {
    spec,
    directValue: 0,
    lookup(keyAddress) {
      const element = elements.get(keyAt(keyAddress));
      return element === undefined ? 0 : addressOf(element);
    },
    update(keyAddress, valueAddress, flags) {
      const key = keyAt(keyAddress);
      const old = elements.get(key);
      const errno = rule.checkUpdate(flags, presence(old));
      if (errno !== 0) return errno;
      const element = elementFor(key, old);
      if (element === undefined) return E2BIG;
      memory.bytes.copyWithin(addressOf(element), valueAddress, valueAddress + valueBytes);
      if (old === undefined) clearOtherCpus(memory, values, element);
      return 0;
    },
    delete(keyAddress) {
      const key = keyAt(keyAddress);
      const element = elements.get(key);
      const errno = rule.checkDelete(presence(element));
      if (errno !== 0 || element === undefined) return errno;
      elements.delete(key);
      freed.push(element);
      return 0;
    },
    put({ key, value }: MapEntry) {
      const text = keyText(key, 0, keyBytes);
      const old = elements.get(text);
      const errno = rule.checkUpdate(0n, presence(old));
      if (errno !== 0) return errno;
      const element = elementFor(text, old);
      if (element === undefined) return E2BIG;
      fillValues(memory, values, element, value);
      return 0;
    },
    content: () => contentOf(elements, memory, values),
    lookupOnCpu(keyAddress, cpu) {
      const element = elements.get(keyAt(keyAddress));
      return element === undefined ? 0 : valueAddressOn(values, element, cpu);
    },
    elements: () => walkedElements(elements, maxEntries, values),
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
): readonly Element[] {
  const mask = 2 ** Math.ceil(Math.log2(maxEntries)) - 1;
  return [...elements]
    .reverse()
    .map(([text, element]) => {
      const key = keyBytesOf(text);
      const bucket = (jhash(key, 0, key.length, 0) & mask) >>> 0;
      return { key, bucket, valueAddress: valueAddress(values, element) };
    })
    .sort((a, b) => a.bucket - b.bucket);
}
