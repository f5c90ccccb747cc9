import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { LinuxSetting, MapContent } from '../../target.ts';
import { E2BIG } from '../errno.ts';
import type { Memory } from '../memory.ts';
import type { EmulatedMap } from './map.ts';
import { MapFlag, type MapRule, type Presence } from './rules.ts';
import { fillValues, type Values, valuesOf } from './values.ts';

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
  const addressOf = (element: number) => values.start + element * values.strideBytes;
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
      // `pcpu_init_value`: the other CPUs begin with zeros.
      if (old === undefined) clear(values.otherCpus, element * values.strideBytes, valueBytes);
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
    content(): MapContent {
      // Keys are compared as text: a character is a byte.
      const sorted = [...elements].sort(([a], [b]) => (a < b ? -1 : 1));
      return sorted.map(([key, element]) => ({
        key: Uint8Array.from(key, (character) => character.charCodeAt(0)),
        values: valuesOf(memory, values, element),
      }));
    },
  };
}

function keyText(bytes: Uint8Array, at: number, lenBytes: number): string {
  let text = '';
  for (let i = at; i < at + lenBytes; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function clear(cpus: readonly Uint8Array[], at: number, lenBytes: number): void {
  for (const bytes of cpus) bytes.fill(0, at, at + lenBytes);
}
