import type { MapSpec } from '../../../case/case.ts';
import type { MapType } from '../../../case/map-type.ts';
import { UpdateFlag } from '../../../case/map-type.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT } from '../errno.ts';

/** Of the key of an update or deletion: in the map, not in it, or an index beyond the array's end. */
export type Presence = 'present' | 'absent' | 'outside';

/** What tells one map type from another. */
export interface MapRule {
  readonly storage: 'array' | 'hash';
  /** Whether each CPU has values of its own. */
  readonly values: 'shared' | 'per-cpu';
  /** The errno of creating a map like that, 0 for none. */
  readonly checkCreate: (spec: MapSpec) => number;
  /** The errno of an update with those flags (u64), 0 for none. A full map is looked at later. */
  readonly checkUpdate: (flags: bigint, key: Presence) => number;
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
  INNER_MAP: 1 << 12,
} as const;

const ACCESS_FLAGS = MapFlag.RDONLY | MapFlag.WRONLY | MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;
const ARRAY_FLAGS = MapFlag.NUMA_NODE | MapFlag.MMAPABLE | MapFlag.INNER_MAP | ACCESS_FLAGS;
const PERCPU_ARRAY_FLAGS = ACCESS_FLAGS;
const HASH_FLAGS = MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE | MapFlag.ZERO_SEED | ACCESS_FLAGS;
const PERCPU_HASH_FLAGS = HASH_FLAGS & ~MapFlag.NUMA_NODE;

const ARRAY_VALUE_BYTES_MAX = 2 ** 31 - 1;
/** `PCPU_MIN_UNIT_SIZE`, include/linux/percpu.h. */
const PERCPU_VALUE_BYTES_MAX = 32 << 10;
/** `KMALLOC_MAX_SIZE` of x86-64 less `struct htab_elem`. */
const HASH_ELEMENT_BYTES_MAX = (4 << 20) - 48 - 1;

/** BPF_F_LOCK: ours have no spin lock in their values, which is an error behind all other checks. */
const LOCK = 4n;
const NOEXIST = BigInt(UpdateFlag.NOEXIST);
const EXIST = BigInt(UpdateFlag.EXIST);

/** `array_map_update_elem`, kernel/bpf/arraymap.c 6.1; progs update per-CPU arrays by it too. */
function checkArrayUpdate(flags: bigint, key: Presence): number {
  if ((flags & ~LOCK) > EXIST) return EINVAL;
  if (key === 'outside') return E2BIG;
  if ((flags & NOEXIST) !== 0n) return EEXIST;
  return (flags & LOCK) !== 0n ? EINVAL : 0;
}

/** `htab_map_update_elem` and `check_flags`, kernel/bpf/hashtab.c 6.1. */
function checkHashUpdate(flags: bigint, key: Presence): number {
  if ((flags & ~LOCK) > EXIST || (flags & LOCK) !== 0n) return EINVAL;
  if (flags === NOEXIST && key === 'present') return EEXIST;
  return flags === EXIST && key === 'absent' ? ENOENT : 0;
}

const checkArrayDelete = () => EINVAL;
const checkHashDelete = (key: Presence) => (key === 'present' ? 0 : ENOENT);

/** `array_map_alloc_check` and `htab_map_alloc_check`, kernel/bpf/{arraymap,hashtab}.c 6.1. */
function checkCreate(allowedFlags: number, keyBytes: number | 'any', maxBytes: BytesLimit) {
  return (spec: MapSpec): number => {
    const { flags } = spec;
    const bothProg = MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;
    if ((flags & ~allowedFlags) !== 0 || (flags & bothProg) === bothProg) return EINVAL;
    if (spec.maxEntries === 0 || spec.keyBytes === 0 || spec.valueBytes === 0) return EINVAL;
    if (keyBytes !== 'any' && spec.keyBytes !== keyBytes) return EINVAL;
    return maxBytes(spec) ? 0 : E2BIG;
  };
}

type BytesLimit = (spec: MapSpec) => boolean;
const arrayFits: BytesLimit = ({ valueBytes }) => valueBytes <= ARRAY_VALUE_BYTES_MAX;
const hashFits: BytesLimit = ({ keyBytes, valueBytes }) =>
  keyBytes + valueBytes <= HASH_ELEMENT_BYTES_MAX;
const perCpuFits: BytesLimit = ({ valueBytes }) => valueBytes <= PERCPU_VALUE_BYTES_MAX;

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
    checkCreate: checkCreate(
      PERCPU_HASH_FLAGS,
      'any',
      (spec) => hashFits(spec) && perCpuFits(spec),
    ),
    checkUpdate: checkHashUpdate,
    checkDelete: checkHashDelete,
  },
};
