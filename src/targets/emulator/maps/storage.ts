import type { MapSpec } from '../../../case/case.ts';
import { EINVAL, ENOENT } from '../errno.ts';
import { Access, addRegion, type Memory } from '../memory.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';
import { MapFlag } from './rules.ts';

const EXIST = 2n;

/**
 * `cgroup_storage` and `percpu_cgroup_storage` (kernel/bpf/local_storage.c 6.1). A run has a storage of its
 * own, which is no element of the map: that has none, as nothing is attached to a cgroup.
 */
export function createStorageMap(spec: MapSpec, memory: Memory): EmulatedMap | undefined {
  const { valueBytes, flags: mapFlags } = spec;
  const read = (mapFlags & MapFlag.WRONLY_PROG) === 0 ? Access.READ : Access.NONE;
  const write = (mapFlags & MapFlag.RDONLY_PROG) === 0 ? Access.WRITE : Access.NONE;
  const region = addRegion(memory, { sizeBytes: valueBytes, access: read | write });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put: (_entry, flags) => (flags === 0n || flags === EXIST ? ENOENT : EINVAL),
    user: { lookup: () => ENOENT, delete: () => EINVAL, nextKey: () => ENOENT },
    storage: {
      address: start,
      clear: () => {
        memory.bytes.fill(0, start, start + valueBytes);
      },
    },
  };
}
