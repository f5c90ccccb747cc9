import type { MapSpec } from '../../../case/case.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import type { LinuxSetting } from '../../target.ts';
import { EEXIST, EINVAL, ENOENT, ENOSPC } from '../errno.ts';
import type { Memory } from '../memory.ts';
import type { ReleaseRules } from '../releases.ts';
import { contentOf } from './hash.ts';
import { keyText } from './keys.ts';
import type { EmulatedMap } from './map.ts';
import type { MapRule } from './rules.ts';
import { fillValues, type Values, valueAddress } from './values.ts';

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

  function longest(keyAddress: number): Prefix | undefined {
    const { bytes } = memory;
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

  return {
    spec,
    directValue: 0,
    lookup(keyAddress) {
      const found = longest(keyAddress);
      return found === undefined ? 0 : valueAddress(values, found.element);
    },
    update: (keyAddress, from, flags) =>
      store(memory.bytes, keyAddress, flags, (element) => {
        memory.bytes.copyWithin(valueAddress(values, element), from, from + valueBytes);
      }),
    delete(keyAddress) {
      const bits = bitsOf(memory.bytes, keyAddress);
      if (bits > bitsMax) return EINVAL;
      const name = nameOf(memory.bytes, keyAddress, bits);
      const found = prefixes.get(name);
      if (found === undefined) return ENOENT;
      prefixes.delete(name);
      free.push(found.element);
      return 0;
    },
    put: ({ key, value }) =>
      store(key, 0, 0n, (element) => fillValues(memory, values, element, value)),
    content() {
      const byKey = [...prefixes.values()].map(({ key, element }) => [key, element] as const);
      return contentOf(new Map(byKey), memory, values);
    },
  };
}
