import type { MapSpec } from '../../../case/case.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import type { LinuxSetting } from '../../target.ts';
import { EEXIST, EINVAL, ENOENT, ENOSPC } from '../errno.ts';
import type { Memory } from '../memory.ts';
import type { ReleaseRules } from '../releases.ts';
import { contentOf } from './hash.ts';
import { keyBytesOf, keyText } from './keys.ts';
import type { EmulatedMap } from './map.ts';
import type { MapRule } from './rules.ts';
import { fillValues, type Values, valueAddress, valuesOf } from './values.ts';

/** Bytes of `prefixlen`, which a key begins with. */
const PREFIX_BYTES = 4;

interface Prefix {
  /** The key as it was last put in: bits behind the prefix mean nothing, and are kept. */
  readonly key: string;
  readonly bits: number;
  readonly element: number;
}

/** `lpm_trie` (kernel/bpf/lpm_trie.c 6.1): the longest prefix that a key begins with. */
export function createTrieMap(
  spec: MapSpec,
  _rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
  values: Values,
  release: ReleaseRules,
): EmulatedMap {
  const { keyBytes, valueBytes, maxEntries } = spec;
  const bitsMax = 8 * (keyBytes - PREFIX_BYTES);
  const littleEndian = linux.endianness === 'little';
  /** By the prefix itself: its length and its bits. */
  const prefixes = new Map<string, Prefix>();
  const free = Array.from({ length: maxEntries + 1 }, (_, element) => maxEntries - element);

  function bitsOf(bytes: Uint8Array, at: number): number {
    return new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, littleEndian);
  }

  function nameOf(bytes: Uint8Array, at: number, bits: number): string {
    const data = bytes.slice(at + PREFIX_BYTES, at + PREFIX_BYTES + Math.ceil(bits / 8));
    if (bits % 8 !== 0) data[data.length - 1] &= 0xff00 >> (bits % 8);
    return `${bits}:${keyText(data, 0, data.length)}`;
  }

  function longest(bytes: Uint8Array, keyAddress: number): Prefix | undefined {
    const bits = bitsOf(bytes, keyAddress);
    if (bits > bitsMax) return undefined;
    for (let length = bits; length >= 0; length--) {
      const found = prefixes.get(nameOf(bytes, keyAddress, length));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function check(flags: bigint, bits: number, isThere: boolean): number {
    if (flags > BigInt(UpdateFlag.EXIST) || bits > bitsMax) return EINVAL;
    const isFull = prefixes.size === maxEntries;
    if (isFull && release.fullTrie === 'refuses-all') return ENOSPC;
    if (isThere) return flags === BigInt(UpdateFlag.NOEXIST) ? EEXIST : 0;
    if (flags === BigInt(UpdateFlag.EXIST)) return ENOENT;
    return isFull ? ENOSPC : 0;
  }

  function store(
    bytes: Uint8Array,
    at: number,
    flags: bigint,
    write: (element: number) => void,
  ): number {
    const bits = bitsOf(bytes, at);
    const name = bits > bitsMax ? '' : nameOf(bytes, at, bits);
    const old = prefixes.get(name);
    const errno = check(flags, bits, old !== undefined);
    if (errno !== 0) return errno;
    const element = free.pop()!;
    if (old !== undefined) free.push(old.element);
    prefixes.set(name, { key: keyText(bytes, at, keyBytes), bits, element });
    write(element);
    return 0;
  }

  function remove(bytes: Uint8Array, at: number): number {
    const bits = bitsOf(bytes, at);
    if (bits > bitsMax) return EINVAL;
    const name = nameOf(bytes, at, bits);
    const found = prefixes.get(name);
    if (found === undefined) return ENOENT;
    prefixes.delete(name);
    free.push(found.element);
    return 0;
  }

  /** `trie_get_next_key`: what is longer before what it begins with, and 0 before 1. */
  function nextKey(key: Uint8Array | null): Uint8Array | number {
    const order = [...prefixes.values()]
      .map((prefix) => ({ key: keyBytesOf(prefix.key), bits: prefix.bits }))
      .sort(byPostorder);
    const bits = key === null ? 0 : bitsOf(key, 0);
    const name = key === null || bits > bitsMax ? '' : nameOf(key, 0, bits);
    const at = order.findIndex((prefix) => nameOf(prefix.key, 0, prefix.bits) === name);
    return order[at + 1]?.key ?? ENOENT;
  }

  return {
    spec,
    user: {
      lookup(key) {
        const found = longest(key, 0);
        return found === undefined ? ENOENT : valuesOf(memory, values, found.element);
      },
      delete: (key) => remove(key, 0),
      nextKey,
    },
    directValue: 0,
    lookup(keyAddress) {
      const found = longest(memory.bytes, keyAddress);
      return found === undefined ? 0 : valueAddress(values, found.element);
    },
    update: (keyAddress, from, flags) =>
      store(memory.bytes, keyAddress, flags, (element) => {
        memory.bytes.copyWithin(valueAddress(values, element), from, from + valueBytes);
      }),
    delete: (keyAddress) => remove(memory.bytes, keyAddress),
    put: ({ key, value }, flags) =>
      store(key, 0, flags, (element) => fillValues(memory, values, element, value)),
    content() {
      const byKey = [...prefixes.values()].map(({ key, element }) => [key, element] as const);
      return contentOf(new Map(byKey), memory, values);
    },
  };
}

/** Children before their parents, what goes on with 0 before what goes on with 1. */
function byPostorder(
  a: { readonly key: Uint8Array; readonly bits: number },
  b: { readonly key: Uint8Array; readonly bits: number },
): number {
  const bitAt = (key: Uint8Array, bit: number) =>
    (key[PREFIX_BYTES + (bit >> 3)] >> (7 - (bit & 7))) & 1;
  for (let bit = 0; bit < Math.min(a.bits, b.bits); bit++) {
    const difference = bitAt(a.key, bit) - bitAt(b.key, bit);
    if (difference !== 0) return difference;
  }
  return b.bits - a.bits;
}
