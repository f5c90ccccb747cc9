import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { LinuxSetting, MapContent } from '../../target.ts';
import { ENOENT } from '../errno.ts';
import type { Memory } from '../memory.ts';
import { littleEndianKey, nextIndex } from './index-keys.ts';
import { littleEndianIndex } from './keys.ts';
import type { Element, EmulatedMap } from './map.ts';
import type { MapRule, Presence } from './rules.ts';
import {
  copyValue,
  fillValues,
  lockOf,
  overwrite,
  type Values,
  valueAddress,
  valueAddressOn,
  valuesOf,
  withoutLock,
} from './values.ts';

/** `array` and `percpu_array` (kernel/bpf/arraymap.c): every element is there from the beginning. */
export function createArrayMap(
  spec: MapSpec,
  rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
  values: Values,
): EmulatedMap {
  const { maxEntries } = spec;
  const littleEndian = linux.endianness === 'little';
  const indexAt = (keyAddress: number) => memory.view.getUint32(keyAddress, littleEndian);
  const addressOf = (index: number) => valueAddress(values, index);
  const presence = (index: number): Presence => (index < maxEntries ? 'present' : 'outside');
  return {
    spec,
    directValue: rule.values === 'shared' ? values.start : 0,
    lookup(keyAddress) {
      const index = indexAt(keyAddress);
      return index < maxEntries ? addressOf(index) : 0;
    },
    update(keyAddress, valueAddress, flags) {
      const index = indexAt(keyAddress);
      const errno = rule.checkUpdate(flags, presence(index), lockOf(spec));
      if (errno !== 0) return errno;
      const to = addressOf(index);
      overwrite(memory, values, to, () => copyValue(memory, spec, to, valueAddress));
      return 0;
    },
    delete: (keyAddress) => rule.checkDelete(presence(indexAt(keyAddress))),
    put({ key, value }: MapEntry, flags, cpu) {
      const index = littleEndianIndex(key);
      const errno = rule.checkUpdate(flags, presence(index), lockOf(spec));
      if (errno === 0) {
        overwrite(memory, values, addressOf(index), () =>
          fillValues(memory, values, index, withoutLock(spec, value), cpu),
        );
      }
      return errno;
    },
    user: {
      lookup(key) {
        const index = littleEndianIndex(key);
        return index < maxEntries ? valuesOf(memory, values, index) : ENOENT;
      },
      delete: (key) => rule.checkDelete(presence(littleEndianIndex(key))),
      nextKey: (key) => nextIndex(maxEntries, key),
    },
    content: () => sortedByKeyBytes(maxEntries, (index) => valuesOf(memory, values, index)),
    lookupOnCpu(keyAddress, cpu) {
      const index = indexAt(keyAddress);
      return index < maxEntries ? valueAddressOn(values, index, cpu) : 0;
    },
    elements: () => inOrder(maxEntries, values, littleEndian),
  };
}

/** `bpf_for_each_array_elem`: by index, which the callback sees in the machine's byte order. */
function* inOrder(length: number, values: Values, littleEndian: boolean): Generator<Element> {
  for (let index = 0; index < length; index++) {
    const key = littleEndianKey(index);
    yield {
      key: littleEndian ? key : key.reverse(),
      valueAddress: valueAddress(values, index),
    };
  }
}

/** Keys are little-endian in outcomes, whatever the byte order: index 256 comes before index 1. */
function sortedByKeyBytes(
  length: number,
  valuesAt: (index: number) => readonly Uint8Array[],
): MapContent {
  const indexes = Array.from({ length }, (_, index) => index);
  if (length > 256) indexes.sort((a, b) => swapped(a) - swapped(b));
  return indexes.map((index) => ({ key: littleEndianKey(index), values: valuesAt(index) }));
}

const swapped = (index: number): number =>
  (((index & 0xff) << 24) | ((index & 0xff00) << 8) | ((index >>> 8) & 0xff00) | (index >>> 24)) >>>
  0;
