import type { MapSpec } from '../../../case/case.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import type { LinuxSetting } from '../../target.ts';
import { ENOMEM } from '../errno.ts';
import type { Memory } from '../memory.ts';
import type { ReleaseRules } from '../releases.ts';
import { contentOf, hashUserSide, walkedElements } from './hash.ts';
import { keyText } from './keys.ts';
import { createLru, type LruNode, SHARED_TARGET } from './lru-list.ts';
import type { EmulatedMap } from './map.ts';
import { MapFlag, type MapRule } from './rules.ts';
import {
  clearOtherCpus,
  clearValues,
  fillValues,
  type Values,
  valueAddress,
  valueAddressOn,
  valuesOf,
} from './values.ts';

/** `lru_hash` and `lru_percpu_hash` (kernel/bpf/hashtab.c 6.1). */
export function createLruMap(
  spec: MapSpec,
  rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
  values: Values,
  release: ReleaseRules,
): EmulatedMap {
  const { keyBytes, valueBytes } = spec;
  const isPerCpu = rule.values === 'per-cpu';
  const ownLists = (spec.flags & MapFlag.NO_COMMON_LRU) !== 0;
  const maxEntries = lruElements(spec, linux);
  const nodes = new Map<string, LruNode>();
  const lru = createLru({
    elements: ownLists ? maxEntries / linux.cpus : maxEntries,
    lists: ownLists ? 'own' : 'shared',
    freeTarget:
      release.lruFreeTarget === 'fixed'
        ? SHARED_TARGET
        : Math.min(SHARED_TARGET, Math.max(1, Math.floor(Math.floor(maxEntries / linux.cpus) / 2))),
    evict: ({ key }) => nodes.delete(key),
  });

  const keyAt = (address: number) => keyText(memory.bytes, address, keyBytes);
  const elements = () => new Map([...nodes].map(([key, { element }]) => [key, element]));

  /** Looks a key up as progs do, which counts as use of it. */
  function used(key: string): LruNode | undefined {
    const node = nodes.get(key);
    if (node !== undefined) node.used = true;
    return node;
  }

  /** `htab_lru_map_update_elem`: the new element is there before the old one is looked for. */
  function replace(key: string, flags: bigint, write: (node: LruNode) => void): number {
    const errno = rule.checkUpdate(flags, nodes.has(key) ? 'present' : 'absent');
    if (flags > BigInt(UpdateFlag.EXIST)) return errno;
    const node = lru.take(key);
    if (node === undefined) return ENOMEM;
    const old = nodes.get(key);
    const refused = rule.checkUpdate(flags, old === undefined ? 'absent' : 'present');
    if (refused !== 0) {
      lru.give(node);
      return refused;
    }
    write(node);
    nodes.delete(key);
    nodes.set(key, node);
    if (old !== undefined) {
      node.used = true;
      lru.give(old);
    }
    return 0;
  }

  /** `__htab_lru_percpu_map_update_elem`: in place, with an element at hand that may not be needed. */
  function replaceInPlace(key: string, flags: bigint, write: (node: LruNode) => void): number {
    if (flags > BigInt(UpdateFlag.EXIST)) return rule.checkUpdate(flags, 'absent');
    const fresh = flags === BigInt(UpdateFlag.EXIST) ? undefined : lru.take(key);
    if (fresh === undefined && flags !== BigInt(UpdateFlag.EXIST)) return ENOMEM;
    const old = nodes.get(key);
    const errno = rule.checkUpdate(flags, old === undefined ? 'absent' : 'present');
    const node = errno === 0 ? (old ?? fresh) : undefined;
    if (node !== undefined) write(node);
    if (node !== undefined && node === old) old.used = true;
    if (node !== undefined && node === fresh) {
      clearOtherCpus(memory, values, fresh.element);
      nodes.set(key, fresh);
    } else if (fresh !== undefined) lru.give(fresh);
    return errno;
  }

  function remove(key: string): number {
    const node = nodes.get(key);
    const errno = rule.checkDelete(node === undefined ? 'absent' : 'present');
    if (errno !== 0 || node === undefined) return errno;
    nodes.delete(key);
    lru.give(node);
    return 0;
  }

  const store = isPerCpu ? replaceInPlace : replace;
  return {
    spec,
    // A look by user space is no use of an element.
    user: hashUserSide({
      elements,
      maxEntries,
      endianness: linux.endianness,
      valuesOf: (element) => valuesOf(memory, values, element),
      remove,
    }),
    directValue: 0,
    lookup(keyAddress) {
      const node = used(keyAt(keyAddress));
      return node === undefined ? 0 : valueAddress(values, node.element);
    },
    lookupOnCpu(keyAddress, cpu) {
      const node = used(keyAt(keyAddress));
      return node === undefined ? 0 : valueAddressOn(values, node.element, cpu);
    },
    update: (keyAddress, from, flags) =>
      store(keyAt(keyAddress), flags, ({ element }) =>
        memory.bytes.copyWithin(valueAddress(values, element), from, from + valueBytes),
      ),
    delete: (keyAddress) => remove(keyAt(keyAddress)),
    put({ key, value }, flags, cpu) {
      const text = keyText(key, 0, keyBytes);
      const old = nodes.get(text);
      const errno = store(text, flags, () => {});
      const node = nodes.get(text);
      if (errno !== 0 || node === undefined) return errno;
      if (node !== old) clearValues(memory, values, node.element);
      fillValues(memory, values, node.element, value, cpu);
      return 0;
    },
    content: () => contentOf(elements(), memory, values),
    elements: () => walkedElements(elements(), maxEntries, values, linux.endianness),
  };
}

/** With lists of their own, all CPUs have as many elements. */
export const lruElements = ({ maxEntries, flags }: MapSpec, { cpus }: LinuxSetting): number =>
  (flags & MapFlag.NO_COMMON_LRU) === 0 ? maxEntries : Math.ceil(maxEntries / cpus) * cpus;
