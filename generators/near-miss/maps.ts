import type { MapSpec } from '../../src/case/case.ts';
import type { MapType } from '../../src/case/map-type.ts';

const map = (
  type: MapType,
  rest: Partial<Omit<MapSpec, 'name' | 'type'>> = {},
): Omit<MapSpec, 'name'> => ({
  type,
  keyBytes: 4,
  valueBytes: 16,
  maxEntries: 2,
  flags: 0,
  entries: [],
  ...rest,
});

/** BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG. */
const RDONLY_PROG = 0x80;
const WRONLY_PROG = 0x100;

/** Maps that snippets name. */
export const MAPS: Readonly<Record<string, Omit<MapSpec, 'name'>>> = {
  array: map('array'),
  single: map('array', { maxEntries: 1 }),
  hash: map('hash'),
  readonly: map('array', { flags: RDONLY_PROG, maxEntries: 1 }),
  writeonly: map('array', { flags: WRONLY_PROG, maxEntries: 1 }),
  readonlyhash: map('hash', { flags: RDONLY_PROG }),
  percpu: map('percpu_array'),
  queue: map('queue', { keyBytes: 0 }),
  bloom: map('bloom_filter', { keyBytes: 0 }),
  ring: map('ringbuf', { keyBytes: 0, valueBytes: 0, maxEntries: 4096 }),
  progs: map('prog_array', { valueBytes: 4 }),
  events: map('perf_event_array', { valueBytes: 4 }),
  devices: map('devmap', { valueBytes: 4 }),
  cpus: map('cpumap', { valueBytes: 4, maxEntries: 1 }),
  sockets: map('sockmap', { valueBytes: 4 }),
  trie: map('lpm_trie', { keyBytes: 8, flags: 1 }),
  locked: map('array', { spinLock: 0, maxEntries: 1 }),
  locked2: map('array', { spinLock: 4, maxEntries: 1 }),
  objects: map('array', { kptr: 8, maxEntries: 1 }),
  storage: map('cgroup_storage', { keyBytes: 8, maxEntries: 0 }),
  storage2: map('cgroup_storage', { keyBytes: 8, maxEntries: 0 }),
};
