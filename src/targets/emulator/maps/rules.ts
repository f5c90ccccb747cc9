import type { MapSpec } from '../../../case/case.ts';
import type { MapType } from '../../../case/map-type.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import { STACK_BYTES } from '../../../isa/opcode.ts';
import type { ArchRules } from '../arches.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOTSUPP } from '../errno.ts';
import type { ReleaseRules } from '../releases.ts';

/** Of the key of an update or deletion: in the map, not in it, or an index beyond the array's end. */
export type Presence = 'present' | 'absent' | 'outside';

/** How the elements of a map are kept, if it has any. */
export type Storage =
  | 'array'
  | 'hash'
  | 'lru'
  | 'trie'
  | 'queue'
  | 'bloom'
  | 'progs'
  | 'maps'
  | 'events'
  | 'redirects'
  | 'device-hash'
  | 'sockets'
  | 'storage'
  | 'ring'
  | 'user-ring'
  | 'local-storage';

/** What tells one map type from another. */
export interface MapRule {
  readonly storage: Storage;
  /** Whether each CPU has values of its own. */
  readonly values: 'shared' | 'per-cpu';
  /** The errno of creating a map like that, 0 for none. */
  readonly checkCreate: (spec: MapSpec, release: ReleaseRules, arch: ArchRules) => number;
  /** The errno of an update with those flags (u64), 0 for none. A full map is looked at later. */
  readonly checkUpdate: (flags: bigint, key: Presence, lock?: 'locked') => number;
  /** The errno of a deletion, 0 for none. */
  readonly checkDelete: (key: Presence) => number;
}

/** `map_flags` that are looked at here (include/uapi/linux/bpf.h). */
export const MapFlag = {
  NO_PREALLOC: 1 << 0,
  NO_COMMON_LRU: 1 << 1,
  NUMA_NODE: 1 << 2,
  RDONLY: 1 << 3,
  WRONLY: 1 << 4,
  ZERO_SEED: 1 << 6,
  RDONLY_PROG: 1 << 7,
  WRONLY_PROG: 1 << 8,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  INNER_MAP: 1 << 12,
  RB_OVERWRITE: 1 << 19,
} as const;

const ACCESS_FLAGS = MapFlag.RDONLY | MapFlag.WRONLY | MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;
const ARRAY_FLAGS = MapFlag.NUMA_NODE | MapFlag.MMAPABLE | MapFlag.INNER_MAP | ACCESS_FLAGS;
const PERCPU_ARRAY_FLAGS = ACCESS_FLAGS;
const HASH_FLAGS = MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE | MapFlag.ZERO_SEED | ACCESS_FLAGS;
const PERCPU_HASH_FLAGS = HASH_FLAGS & ~MapFlag.NUMA_NODE;
const KEYLESS_FLAGS = MapFlag.NUMA_NODE | ACCESS_FLAGS;
/** What user space may do with a map. */
export const USER_ACCESS_FLAGS = MapFlag.RDONLY | MapFlag.WRONLY;
/** `fd_array_map_alloc_check`: progs don't see what fds stand for, and nobody maps them. */
const REFERENCE_FLAGS = MapFlag.NUMA_NODE | USER_ACCESS_FLAGS;
const EVENT_FLAGS = REFERENCE_FLAGS | MapFlag.PRESERVE_ELEMS;
const REDIRECT_FLAGS = REFERENCE_FLAGS;

const ARRAY_VALUE_BYTES_MAX = 2 ** 31 - 1;
/** `PCPU_MIN_UNIT_SIZE`, include/linux/percpu.h. */
const PERCPU_VALUE_BYTES_MAX = 32 << 10;
/** `KMALLOC_MAX_SIZE` of x86-64 less `struct htab_elem`. */
const HASH_ELEMENT_BYTES_MAX = (4 << 20) - 48 - 1;

/** BPF_F_LOCK: an error behind all other checks where a value has no spin lock. */
export const LOCK = 4n;
const NOEXIST = BigInt(UpdateFlag.NOEXIST);
const EXIST = BigInt(UpdateFlag.EXIST);

/** `array_map_update_elem`, kernel/bpf/arraymap.c 6.1; progs update per-CPU arrays by it too. */
function checkArrayUpdate(flags: bigint, key: Presence, lock?: 'locked'): number {
  if ((flags & ~LOCK) > EXIST) return EINVAL;
  if (key === 'outside') return E2BIG;
  if ((flags & NOEXIST) !== 0n) return EEXIST;
  return (flags & LOCK) !== 0n && lock === undefined ? EINVAL : 0;
}

/** `htab_map_update_elem` and `check_flags`, kernel/bpf/hashtab.c 6.1. */
export function checkHashUpdate(flags: bigint, key: Presence, lock?: 'locked'): number {
  const unlocked = flags & ~LOCK;
  if (unlocked > EXIST || (lock === undefined && unlocked !== flags)) return EINVAL;
  if (unlocked === NOEXIST && key === 'present') return EEXIST;
  return unlocked === EXIST && key === 'absent' ? ENOENT : 0;
}

/** `htab_lru_map_update_elem`, kernel/bpf/hashtab.c 6.1: no BPF_F_LOCK. */
function checkLruUpdate(flags: bigint, key: Presence): number {
  return flags > EXIST ? EINVAL : checkHashUpdate(flags, key);
}

const refuse = () => EINVAL;
const checkArrayDelete = () => EINVAL;
const checkHashDelete = (key: Presence) => (key === 'present' ? 0 : ENOENT);

/** `array_map_alloc_check` and `htab_map_alloc_check`, kernel/bpf/{arraymap,hashtab}.c 6.1. */
function checkCreate(allowedFlags: number, keyBytes: number | 'any', maxBytes: BytesLimit) {
  return (spec: MapSpec, release: ReleaseRules): number => {
    const { flags } = spec;
    if (!flagsAllowed(flags, allowedFlags)) return EINVAL;
    if (spec.maxEntries === 0 || spec.keyBytes === 0 || spec.valueBytes === 0) return EINVAL;
    if (keyBytes !== 'any' && spec.keyBytes !== keyBytes) return EINVAL;
    return maxBytes(spec, release) ? 0 : E2BIG;
  };
}

/** `bpf_map_flags_access_ok`, include/linux/bpf.h 6.1: progs may not be shut out altogether. */
function flagsAllowed(flags: number, allowed: number): boolean {
  const bothProg = MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;
  return (flags & ~allowed) === 0 && (flags & bothProg) !== bothProg;
}

/** `htab_map_alloc_check`, kernel/bpf/hashtab.c 6.1. */
function checkLruCreate(fits: BytesLimit) {
  return (spec: MapSpec, release: ReleaseRules): number => {
    const { flags } = spec;
    if (!flagsAllowed(flags, HASH_FLAGS | MapFlag.NO_COMMON_LRU)) return EINVAL;
    if ((flags & MapFlag.NO_PREALLOC) !== 0) return ENOTSUPP;
    const isSplit = spec.type === 'lru_percpu_hash' || (flags & MapFlag.NO_COMMON_LRU) !== 0;
    if (isSplit && (flags & MapFlag.NUMA_NODE) !== 0) return EINVAL;
    return checkCreate(HASH_FLAGS | MapFlag.NO_COMMON_LRU, 'any', fits)(spec, release);
  };
}

const TRIE_KEY_BYTES = { min: 5, max: 260 } as const;
/** `LPM_VAL_SIZE_MAX` of 6.1: `KMALLOC_MAX_SIZE` less the key and `struct lpm_trie_node`. */
const TRIE_VALUE_BYTES_MAX = (4 << 20) - 256 - 40;

/** `trie_alloc`, kernel/bpf/lpm_trie.c 6.1. */
function checkTrieCreate({ flags, keyBytes, valueBytes, maxEntries }: MapSpec): number {
  const isSound =
    maxEntries > 0 &&
    (flags & MapFlag.NO_PREALLOC) !== 0 &&
    flagsAllowed(flags, MapFlag.NO_PREALLOC | KEYLESS_FLAGS) &&
    keyBytes >= TRIE_KEY_BYTES.min &&
    keyBytes <= TRIE_KEY_BYTES.max &&
    valueBytes >= 1 &&
    valueBytes <= TRIE_VALUE_BYTES_MAX;
  return isSound ? 0 : EINVAL;
}

const KEYLESS_VALUE_BYTES_MAX = 4 << 20;

/** `queue_stack_map_alloc_check`, kernel/bpf/queue_stack_maps.c 6.1. */
function checkQueueCreate({ flags, keyBytes, valueBytes, maxEntries }: MapSpec): number {
  if (maxEntries === 0 || keyBytes !== 0 || valueBytes === 0) return EINVAL;
  if (!flagsAllowed(flags, KEYLESS_FLAGS)) return EINVAL;
  return valueBytes > KEYLESS_VALUE_BYTES_MAX ? E2BIG : 0;
}

/** `bloom_map_alloc_check` and `bloom_map_alloc`, kernel/bpf/bloom_filter.c 6.1. */
function checkBloomCreate({ flags, keyBytes, valueBytes, maxEntries }: MapSpec): number {
  if (valueBytes > KEYLESS_VALUE_BYTES_MAX) return E2BIG;
  if (maxEntries === 0 || keyBytes !== 0 || valueBytes === 0) return EINVAL;
  return flagsAllowed(flags, KEYLESS_FLAGS | MapFlag.ZERO_SEED) ? 0 : EINVAL;
}

/** Of x86-64. The length of a ring is a power of two and a multiple of it. */
const PAGE_BYTES = 4096;

/** `ringbuf_map_alloc`, kernel/bpf/ringbuf.c 6.1 and 7.2. */
function checkRingCreate(
  { flags, keyBytes, valueBytes, maxEntries }: MapSpec,
  { ringOverwrite }: ReleaseRules,
): number {
  const allowed = MapFlag.NUMA_NODE | (ringOverwrite === 'known' ? MapFlag.RB_OVERWRITE : 0);
  if ((flags & ~allowed) !== 0) return EINVAL;
  if (keyBytes !== 0 || valueBytes !== 0) return EINVAL;
  return maxEntries >= PAGE_BYTES && (maxEntries & (maxEntries - 1)) === 0 ? 0 : EINVAL;
}

/** `fd_array_map_alloc_check` and what stands in for it in kernel/bpf/hashtab.c, 6.1. */
function checkReferenceCreate(allowedFlags: number, keyBytes: number | 'any') {
  const fits = keyBytes === 'any' ? hashFits : () => true;
  return (spec: MapSpec, release: ReleaseRules): number =>
    spec.valueBytes === 4 ? checkCreate(allowedFlags, keyBytes, fits)(spec, release) : EINVAL;
}

/** `dev_map_init_map`, `xsk_map_alloc`, `sock_map_alloc`, 6.1. */
function checkRedirectCreate(valueBytes: readonly number[]) {
  return (spec: MapSpec, release: ReleaseRules): number => {
    if (!valueBytes.includes(spec.valueBytes)) return EINVAL;
    return checkCreate(REDIRECT_FLAGS, 4, () => true)(spec, release);
  };
}

/** `cpu_map_alloc`, kernel/bpf/cpumap.c 6.1. */
function checkCpuCreate(spec: MapSpec, release: ReleaseRules, { cpusMax }: ArchRules): number {
  if (spec.valueBytes !== 4 && spec.valueBytes !== 8) return EINVAL;
  const errno = checkCreate(MapFlag.NUMA_NODE, 4, () => true)(spec, release);
  return errno === 0 && spec.maxEntries > cpusMax ? E2BIG : errno;
}

/** `sock_hash_alloc`, net/core/sock_map.c 6.1. */
function checkSocketHashCreate(spec: MapSpec, release: ReleaseRules): number {
  if (spec.valueBytes !== 4 && spec.valueBytes !== 8) return EINVAL;
  const fits: BytesLimit = ({ keyBytes }) => keyBytes <= STACK_BYTES;
  return checkCreate(REDIRECT_FLAGS, 'any', fits)(spec, release);
}

/** `struct bpf_cgroup_storage_key`, or the id of a cgroup. */
const STORAGE_KEY_BYTES: readonly number[] = [16, 8];
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: 16 bits less `struct bpf_local_storage_elem`. */
const STORAGE_VALUE_BYTES_MAX = 0xffff - 128;

/** `cgroup_storage_map_alloc`, kernel/bpf/local_storage.c 6.1. */
function checkStorageCreate(valueBytesMax: number) {
  return (
    { flags, keyBytes, valueBytes, maxEntries }: MapSpec,
    { storageValue }: ReleaseRules,
  ): number => {
    if (!STORAGE_KEY_BYTES.includes(keyBytes) || valueBytes === 0) return EINVAL;
    if (valueBytes > (storageValue === 'page' ? PAGE_BYTES : valueBytesMax)) return E2BIG;
    return flagsAllowed(flags, KEYLESS_FLAGS) && maxEntries === 0 ? 0 : EINVAL;
  };
}

/**
 * BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: 16 bits less `struct bpf_local_storage_elem`, whose length differs
 * among releases, between what cases ask for.
 */
const LOCAL_STORAGE_VALUE_BYTES_MAX = 0xffff - 128;

/** `bpf_local_storage_map_alloc_check`, kernel/bpf/bpf_local_storage.c 6.1. */
function checkLocalStorageCreate({ flags, keyBytes, valueBytes, maxEntries }: MapSpec): number {
  if ((flags & ~CLONE) !== MapFlag.NO_PREALLOC || maxEntries !== 0) return EINVAL;
  if (keyBytes !== 4 || valueBytes === 0) return EINVAL;
  return valueBytes > LOCAL_STORAGE_VALUE_BYTES_MAX ? E2BIG : 0;
}

/** BPF_F_CLONE: of a socket that is accepted. */
const CLONE = 1 << 9;

type BytesLimit = (spec: MapSpec, release: ReleaseRules) => boolean;
const arrayFits: BytesLimit = ({ valueBytes }) => valueBytes <= ARRAY_VALUE_BYTES_MAX;
const hashFits: BytesLimit = ({ keyBytes, valueBytes }, { hashKeyBytes }) =>
  keyBytes + valueBytes <= HASH_ELEMENT_BYTES_MAX &&
  (hashKeyBytes === 'any' || keyBytes <= STACK_BYTES);
const perCpuFits: BytesLimit = ({ valueBytes }) => valueBytes <= PERCPU_VALUE_BYTES_MAX;
const perCpuHashFits: BytesLimit = (spec, release) =>
  hashFits(spec, release) && perCpuFits(spec, release);

/** Of maps that progs neither update nor delete from by a key. */
const KEYLESS = { values: 'shared', checkUpdate: refuse, checkDelete: refuse } as const;

const LOCAL_STORAGE = {
  storage: 'local-storage',
  checkCreate: checkLocalStorageCreate,
  ...KEYLESS,
} as const;

/** The map types that are emulated. */
export const MAP_RULES: Partial<Readonly<Record<MapType, MapRule>>> = {
  array: {
    storage: 'array',
    values: 'shared',
    checkCreate: checkCreate(ARRAY_FLAGS, 4, arrayFits),
    checkUpdate: checkArrayUpdate,
    checkDelete: checkArrayDelete,
  },
  percpu_array: {
    storage: 'array',
    values: 'per-cpu',
    checkCreate: checkCreate(PERCPU_ARRAY_FLAGS, 4, perCpuFits),
    checkUpdate: checkArrayUpdate,
    checkDelete: checkArrayDelete,
  },
  hash: {
    storage: 'hash',
    values: 'shared',
    checkCreate: checkCreate(HASH_FLAGS, 'any', hashFits),
    checkUpdate: checkHashUpdate,
    checkDelete: checkHashDelete,
  },
  percpu_hash: {
    storage: 'hash',
    values: 'per-cpu',
    checkCreate: checkCreate(PERCPU_HASH_FLAGS, 'any', perCpuHashFits),
    checkUpdate: checkHashUpdate,
    checkDelete: checkHashDelete,
  },
  lru_hash: {
    storage: 'lru',
    values: 'shared',
    checkCreate: checkLruCreate(hashFits),
    checkUpdate: checkLruUpdate,
    checkDelete: checkHashDelete,
  },
  lru_percpu_hash: {
    storage: 'lru',
    values: 'per-cpu',
    checkCreate: checkLruCreate(perCpuHashFits),
    checkUpdate: checkLruUpdate,
    checkDelete: checkHashDelete,
  },
  lpm_trie: {
    storage: 'trie',
    values: 'shared',
    checkCreate: checkTrieCreate,
    checkUpdate: checkHashUpdate,
    checkDelete: checkHashDelete,
  },
  queue: { storage: 'queue', checkCreate: checkQueueCreate, ...KEYLESS },
  stack: { storage: 'queue', checkCreate: checkQueueCreate, ...KEYLESS },
  bloom_filter: { storage: 'bloom', checkCreate: checkBloomCreate, ...KEYLESS },
  prog_array: {
    storage: 'progs',
    checkCreate: checkReferenceCreate(REFERENCE_FLAGS, 4),
    ...KEYLESS,
  },
  perf_event_array: {
    storage: 'events',
    checkCreate: checkReferenceCreate(EVENT_FLAGS, 4),
    ...KEYLESS,
  },
  cgroup_array: {
    storage: 'events',
    checkCreate: checkReferenceCreate(REFERENCE_FLAGS, 4),
    ...KEYLESS,
  },
  array_of_maps: {
    storage: 'maps',
    checkCreate: checkReferenceCreate(REFERENCE_FLAGS, 4),
    ...KEYLESS,
  },
  hash_of_maps: {
    storage: 'maps',
    checkCreate: checkReferenceCreate(HASH_FLAGS, 'any'),
    ...KEYLESS,
  },
  devmap: { storage: 'redirects', checkCreate: checkRedirectCreate([4, 8]), ...KEYLESS },
  cpumap: { storage: 'redirects', checkCreate: checkCpuCreate, ...KEYLESS },
  xskmap: { storage: 'redirects', checkCreate: checkRedirectCreate([4]), ...KEYLESS },
  devmap_hash: { storage: 'device-hash', checkCreate: checkRedirectCreate([4, 8]), ...KEYLESS },
  sockmap: { storage: 'sockets', checkCreate: checkRedirectCreate([4, 8]), ...KEYLESS },
  sockhash: { storage: 'sockets', checkCreate: checkSocketHashCreate, ...KEYLESS },
  cgroup_storage: {
    storage: 'storage',
    checkCreate: checkStorageCreate(STORAGE_VALUE_BYTES_MAX),
    ...KEYLESS,
  },
  percpu_cgroup_storage: {
    storage: 'storage',
    checkCreate: checkStorageCreate(PERCPU_VALUE_BYTES_MAX),
    ...KEYLESS,
  },
  ringbuf: { storage: 'ring', checkCreate: checkRingCreate, ...KEYLESS },
  user_ringbuf: { storage: 'user-ring', checkCreate: checkRingCreate, ...KEYLESS },
  sk_storage: LOCAL_STORAGE,
  task_storage: LOCAL_STORAGE,
};
