import { KEYED_MAPS, LOCAL_STORAGES, type MapType } from '../src/case/map-type.ts';
import type { FragmentKind, MapPlan } from './plan.ts';

/** Maps whose values progs look up, update and delete by a key. */
export const KEYED: ReadonlySet<MapType> = new Set<MapType>(KEYED_MAPS);

export const PER_CPU: ReadonlySet<MapType> = new Set<MapType>([
  'percpu_array',
  'percpu_hash',
  'lru_percpu_hash',
]);

/** Maps that progs can walk through. */
export const WALKED: ReadonlySet<MapType> = new Set<MapType>([
  'array',
  'percpu_array',
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
]);

/** Maps whose keys are indexes. */
export const INDEXED: ReadonlySet<MapType> = new Set<MapType>([
  'array',
  'percpu_array',
  'prog_array',
  'array_of_maps',
  'perf_event_array',
  'devmap',
  'cpumap',
  'xskmap',
  'sockmap',
  'devmap_hash',
]);

/** Maps whose elements stay where they are, so that pointers to them never go stale. */
export const STEADY: ReadonlySet<MapType> = new Set<MapType>(['array', 'percpu_array']);

/** Maps of which a prog may use one of each type, and that it can do nothing else with. */
export const STORAGES: ReadonlySet<MapType> = new Set<MapType>([
  'cgroup_storage',
  'percpu_cgroup_storage',
]);

/** BPF_F_ZERO_SEED: with it the order of a hash map, and what a bloom filter mistakes, is known. */
export const ZERO_SEED = 1 << 6;

/** Kinds of fragments that are nothing without a map of certain types. */
const NEEDS: { readonly [Kind in FragmentKind]?: ReadonlySet<MapType> } = {
  lookup: KEYED,
  lock: new Set<MapType>(['array', 'hash']),
  stash: new Set<MapType>(['array']),
  update: KEYED,
  delete: KEYED,
  'lookup-cpu': PER_CPU,
  walk: WALKED,
  'local-storage': LOCAL_STORAGES,
  drain: new Set<MapType>(['user_ringbuf']),
  'tail-call': new Set<MapType>(['prog_array']),
  sequence: new Set<MapType>(['queue', 'stack', 'bloom_filter']),
  nested: new Set<MapType>(['array_of_maps', 'hash_of_maps']),
  ring: new Set<MapType>(['ringbuf']),
  event: new Set<MapType>(['perf_event_array']),
  'redirect-map': new Set<MapType>(['devmap', 'devmap_hash', 'cpumap', 'xskmap']),
  storage: STORAGES,
};

/** Types of maps that a kind of fragments needs one of; undefined where it needs none. */
export const typesFor = (kind: FragmentKind): ReadonlySet<MapType> | undefined => NEEDS[kind];

/** What `NEEDS` names, in order: bit n of a set of needs stands for the nth. */
const NEEDED = Object.entries(NEEDS) as readonly (readonly [FragmentKind, ReadonlySet<MapType>])[];
const STORAGE_NEED = 1 << NEEDED.findIndex(([kind]) => kind === 'storage');

/** The needs that a map of a type meets. */
const metBy = new Map<MapType, number>();

function needsMetBy(type: MapType): number {
  const known = metBy.get(type);
  if (known !== undefined) return known;
  const met = NEEDED.reduce((sum, [, types], n) => (types.has(type) ? sum | (1 << n) : sum), 0);
  metBy.set(type, met);
  return met;
}

/** What these maps are enough for: bit n for the nth of the kinds that need some. */
export function needsMet(maps: readonly MapPlan[]): number {
  let met = 0;
  for (const { spec } of maps) met |= needsMetBy(spec.type);
  // Progs of an array must have the same storage (`bpf_prog_map_compatible`, kernel/bpf/core.c 7.2).
  return maps.some(({ spec }) => spec.type === 'prog_array') ? met & ~STORAGE_NEED : met;
}

/** The bit of a kind in what is met; 0 where it needs no map. */
export function needOf(kind: FragmentKind): number {
  const n = NEEDED.findIndex(([needy]) => needy === kind);
  return n < 0 ? 0 : 1 << n;
}
