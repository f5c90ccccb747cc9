import type { Case, MapSpec } from '../../case/case.ts';
import type { MapType } from '../../case/map-type.ts';
import { tinyCase } from './tiny-case.ts';

type Shape = Pick<MapSpec, 'keyBytes' | 'valueBytes' | 'maxEntries' | 'flags'>;

const FOUR_TO_FOUR: Shape = { keyBytes: 4, valueBytes: 4, maxEntries: 1, flags: 0 };
/** A ring's length is a power of two and a multiple of the page size, which is 64 KiB at most. */
const RING: Shape = { keyBytes: 0, valueBytes: 0, maxEntries: 65_536, flags: 0 };
const QUEUE: Shape = { ...FOUR_TO_FOUR, keyBytes: 0 };
const BPF_F_NO_PREALLOC = 1 << 0;
const BPF_F_MMAPABLE = 1 << 10;

const LOCAL_STORAGE: Shape = { ...FOUR_TO_FOUR, maxEntries: 0, flags: BPF_F_NO_PREALLOC };
/** `struct bpf_cgroup_storage_key` */
const CGROUP_STORAGE: Shape = { keyBytes: 16, valueBytes: 4, maxEntries: 0, flags: 0 };

/** A shape that the kernel takes for each type; the agent gives BTF to those that need it. */
const SHAPES: Partial<Record<MapType, Shape>> = {
  hash: FOUR_TO_FOUR,
  array: FOUR_TO_FOUR,
  prog_array: FOUR_TO_FOUR,
  perf_event_array: FOUR_TO_FOUR,
  percpu_hash: FOUR_TO_FOUR,
  percpu_array: FOUR_TO_FOUR,
  stack_trace: { ...FOUR_TO_FOUR, valueBytes: 8 },
  cgroup_array: FOUR_TO_FOUR,
  lru_hash: FOUR_TO_FOUR,
  lru_percpu_hash: FOUR_TO_FOUR,
  lpm_trie: { ...FOUR_TO_FOUR, keyBytes: 8, flags: BPF_F_NO_PREALLOC },
  devmap: FOUR_TO_FOUR,
  sockmap: FOUR_TO_FOUR,
  cpumap: FOUR_TO_FOUR,
  xskmap: FOUR_TO_FOUR,
  sockhash: FOUR_TO_FOUR,
  cgroup_storage: CGROUP_STORAGE,
  reuseport_sockarray: FOUR_TO_FOUR,
  percpu_cgroup_storage: CGROUP_STORAGE,
  queue: QUEUE,
  stack: QUEUE,
  devmap_hash: FOUR_TO_FOUR,
  ringbuf: RING,
  bloom_filter: QUEUE,
  array_of_maps: FOUR_TO_FOUR,
  hash_of_maps: FOUR_TO_FOUR,
  user_ringbuf: RING,
  sk_storage: LOCAL_STORAGE,
  task_storage: LOCAL_STORAGE,
  arena: { ...RING, maxEntries: 1, flags: BPF_F_MMAPABLE },
};

const INNER: MapSpec = { name: 'inner', type: 'array', ...FOUR_TO_FOUR, entries: [] };

export const MAP_PROBES: ReadonlyMap<MapType, Case> = new Map(
  Object.entries(SHAPES).map(([type, shape]) => {
    const map: MapSpec = { name: 'm', type: type as MapType, ...shape, entries: [] };
    const maps = map.type.endsWith('_of_maps') ? [INNER, { ...map, inner: 0 }] : [map];
    return [map.type, tinyCase({ maps })];
  }),
);
