import type { MapSpec } from '../case/case.ts';
import type { MapType } from '../case/map-type.ts';

/** How what a map holds is told, as the agent does it (targets/kernel/agent/map-traits.c). */
export type Listing =
  /** By index, from 0 on. */
  | 'indexed'
  /** By key, which are asked for one by one. */
  | 'keyed'
  /** By taking out what there is. */
  | 'popped'
  /** By reading the pages of a ring buffer. */
  | 'ring'
  /** Not at all. */
  | 'none';

const LISTINGS: Partial<Record<MapType, Listing>> = {
  hash: 'keyed',
  array: 'indexed',
  percpu_hash: 'keyed',
  percpu_array: 'indexed',
  lru_hash: 'keyed',
  lru_percpu_hash: 'keyed',
  lpm_trie: 'keyed',
  devmap: 'indexed',
  devmap_hash: 'keyed',
  queue: 'popped',
  stack: 'popped',
  ringbuf: 'ring',
};

export const listingOf = ({ type }: MapSpec): Listing => LISTINGS[type] ?? 'none';

const PER_CPU: ReadonlySet<MapType> = new Set<MapType>([
  'percpu_hash',
  'percpu_array',
  'lru_percpu_hash',
  'percpu_cgroup_storage',
]);

export const isPerCpu = ({ type }: MapSpec): boolean => PER_CPU.has(type);

const INDEXED: ReadonlySet<MapType> = new Set<MapType>([
  'array',
  'prog_array',
  'perf_event_array',
  'cgroup_array',
  'percpu_array',
  'array_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'devmap_hash',
]);

/** Whether its keys are numbers, which cases have little-endian and kernels in the machine's order. */
export const hasIndexes = ({ type, keyBytes }: MapSpec): boolean =>
  INDEXED.has(type) && keyBytes === 4;

const HOLDS_FDS: ReadonlySet<MapType> = new Set<MapType>([
  'prog_array',
  'perf_event_array',
  'array_of_maps',
  'hash_of_maps',
  'sockmap',
  'xskmap',
  'sockhash',
]);

/** Whether its values are fds, which a command puts in and an id comes out for. */
export const holdsFds = ({ type }: MapSpec): boolean => HOLDS_FDS.has(type);
