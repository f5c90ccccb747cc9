/** Map types by the kernel's number (`enum bpf_map_type`, include/uapi/linux/bpf.h, 7.2). */
export const MAP_TYPES = [
  'unspec',
  'hash',
  'array',
  'prog_array',
  'perf_event_array',
  'percpu_hash',
  'percpu_array',
  'stack_trace',
  'cgroup_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'sockhash',
  'cgroup_storage',
  'reuseport_sockarray',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'sk_storage',
  'devmap_hash',
  'struct_ops',
  'ringbuf',
  'inode_storage',
  'task_storage',
  'bloom_filter',
  'user_ringbuf',
  'cgrp_storage',
  'arena',
] as const;
export type MapType = (typeof MAP_TYPES)[number];

/** The number that `bpf_attr.map_type` takes. */
export const mapTypeNumber = (type: MapType): number => MAP_TYPES.indexOf(type);

/** Maps whose values progs look up, update and delete by a key. */
export const KEYED_MAPS = [
  'array',
  'hash',
  'percpu_array',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
] as const satisfies readonly MapType[];

/** Maps whose values belong to sockets, tasks or cgroups. They need BTF; no case names an owner by an fd. */
export const LOCAL_STORAGES: ReadonlySet<MapType> = new Set<MapType>([
  'sk_storage',
  'task_storage',
  'cgrp_storage',
]);

/** Of a `user_ringbuf`: what user space writes to one comes in pieces of 8 bytes. */
const RING_PIECE_BYTES = 8;

/** How many bytes the value of an entry has. A ring says nothing of its values. */
export const entryValueBytes = (type: MapType, valueBytes: number): number =>
  type === 'user_ringbuf' ? RING_PIECE_BYTES : valueBytes;

/** `flags` of an update: create or replace, create only, replace only. */
export const UpdateFlag = { ANY: 0, NOEXIST: 1, EXIST: 2 } as const;
