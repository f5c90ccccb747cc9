import type { MapSpec } from '../../../case/case.ts';
import type { MapType } from '../../../case/map-type.ts';
import type { Outcome } from '../../target.ts';
import { EACCES, EINVAL, ENOTSUPP, EPERM } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { createArrayMap } from './array.ts';
import { createHashMap } from './hash.ts';
import { createLocalStorage } from './local-storage.ts';
import { createLruMap, lruElements } from './lru.ts';
import type { EmulatedMap } from './map.ts';
import { createDeviceHash, createRedirectMap } from './redirects.ts';
import { createEventArray, createMapOfMaps, createProgArray } from './references.ts';
import { createRingMap } from './ring.ts';
import { MapFlag, type MapRule, type Storage } from './rules.ts';
import { createBloomMap, createQueueMap } from './sequence.ts';
import { createSocketMap } from './sockets.ts';
import { createStorageMap } from './storage.ts';
import { createTrieMap } from './trie.ts';
import { createUserRing } from './user-ring.ts';
import { addValues } from './values.ts';

/** What maps are created in. */
interface MapEnv {
  readonly spec: MapSpec;
  readonly rule: MapRule;
  readonly machine: Machine;
  /** The maps of the case that are there already. */
  readonly before: readonly EmulatedMap[];
  /** How many progs the case has. */
  readonly progs: number;
}

/** The map, or the errno of creating it; undefined where it is too big for the emulator's memory. */
type Created = EmulatedMap | number | undefined;

/**
 * Creates a case's maps in `machine` and puts their entries in. What comes back is the maps, or the
 * case's outcome where that fails: a kernel's errno counts as a rejected load.
 */
export function createMaps(
  specs: readonly MapSpec[],
  progs: number,
  machine: Machine,
  rules: { readonly maps: Partial<Readonly<Record<MapType, MapRule>>> },
): EmulatedMap[] | Outcome {
  const maps: EmulatedMap[] = [];
  for (const spec of specs) {
    const rule = rules.maps[spec.type];
    if (rule === undefined) return unsupported(`map type ${spec.type}`);
    if ((spec.spinLock ?? 0) % LOCK_BYTES !== 0) return unsupported('spin locks out of place');
    if (!isKnownKptr(spec)) return unsupported('kptrs in such a map');
    const map = createMap({ spec, rule, machine, before: maps, progs });
    if (map === undefined) return unsupported('so much memory for maps');
    if (typeof map === 'number') return rejected(map);
    for (const entry of spec.entries) {
      const errno = (spec.flags & MapFlag.RDONLY) === 0 ? (map.fill ?? map.put)(entry, 0n) : EPERM;
      if (errno !== 0) return rejected(errno);
    }
    maps.push(isReadable(spec, map) ? map : { ...map, content: () => [] });
  }
  machine.maps = maps;
  return maps;
}

/** Whether user space can tell what is in it: what is popped is written to as well. */
function isReadable({ flags }: MapSpec, { sequence }: EmulatedMap): boolean {
  const closed = sequence === undefined ? MapFlag.WRONLY : MapFlag.WRONLY | MapFlag.RDONLY;
  return (flags & closed) === 0;
}

function createMap(env: MapEnv): Created {
  const { rule, spec, machine } = env;
  const isFirst = machine.release.mapFileFlags === 'first';
  const errno =
    (isFirst && checkUserAccess(spec)) ||
    rule.checkCreate(spec, machine.release, machine.arch) ||
    checkLock(env) ||
    checkUserAccess(spec);
  return errno === 0 ? CREATE[env.rule.storage](env) : errno;
}

/** `bpf_get_file_flag`, kernel/bpf/syscall.c 6.1: nobody may be shut out. */
const checkUserAccess = ({ flags }: MapSpec): number =>
  (flags & MapFlag.RDONLY) !== 0 && (flags & MapFlag.WRONLY) !== 0 ? EINVAL : 0;

/** Types that may have spin locks among those emulated (`map_check_btf`, kernel/bpf/syscall.c 6.1). */
const LOCKABLE: ReadonlySet<MapType> = new Set(['array', 'hash']);
/** `sizeof(struct bpf_spin_lock)`, and its alignment, without which releases see different things. */
const LOCK_BYTES = 4;

/** The types of values with kptrs that the agent knows (agent/prog-btf.c), in the maps that they are known in. */
function isKnownKptr({ type, kptr, flags, valueBytes }: MapSpec): boolean {
  if (kptr === undefined) return true;
  const isPlaced = kptr % KPTR_BYTES === 0 && kptr + KPTR_BYTES <= valueBytes;
  const isSized = valueBytes % KPTR_BYTES === 0 && valueBytes <= KPTR_VALUE_MAX;
  return type === 'array' && flags === 0 && isPlaced && isSized;
}
const KPTR_BYTES = 8;
const KPTR_VALUE_MAX = 32;

/** The errno of creating a map with that lock, 0 for none. */
function checkLock({ spec, machine }: MapEnv): number {
  const { type, spinLock, valueBytes, flags } = spec;
  if (spinLock === undefined) return 0;
  if (spinLock + LOCK_BYTES > valueBytes) return EINVAL;
  if ((flags & (MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG)) !== 0) return EACCES;
  return LOCKABLE.has(type) ? 0 : machine.release.lockRefusal;
}

const CREATE: Readonly<Record<Storage, (env: MapEnv) => Created>> = {
  array: withValues(({ maxEntries }) => maxEntries, createArrayMap),
  // An update puts the new value into a spare element before it frees the old one.
  hash: withValues(({ maxEntries }) => maxEntries + 1, createHashMap),
  lru: withValues((spec, { linux }) => lruElements(spec, linux), createLruMap),
  trie: withValues(({ maxEntries }) => maxEntries + 1, createTrieMap),
  queue: ({ spec, machine }) => createQueueMap(spec, machine.memory),
  bloom: ({ spec, machine }) => createBloomMap(spec, machine.memory, machine.linux),
  progs: ({ spec, progs }) => createProgArray(spec, progs),
  maps: createOuter,
  events: ({ spec, machine }) => createEventArray(spec, machine.arch),
  redirects: ({ spec, machine, before }) => createRedirectMap(spec, machine, before),
  'device-hash': ({ spec, machine }) => createDeviceHash(spec, machine),
  sockets: ({ spec, machine, before }) => createSocketMap(spec, machine.linux, before),
  storage: ({ spec, machine }) => createStorageMap(spec, machine.memory),
  ring: ({ spec, machine }) => createRingMap(spec, machine.memory, machine.linux),
  'local-storage': ({ spec, rule, machine }) => createLocalStorage(spec, rule, machine),
  'user-ring': ({ spec, machine }) => createUserRing(spec, machine),
};

type CreateWithValues = (
  ...args: [...Parameters<typeof createArrayMap>, release: Machine['release']]
) => EmulatedMap;

function withValues(
  elements: (spec: MapSpec, machine: Machine) => number,
  create: CreateWithValues,
): (env: MapEnv) => Created {
  return ({ spec, rule, machine }) => {
    const { memory, linux, release } = machine;
    const values = addValues(spec, rule, memory, linux.cpus, elements(spec, machine));
    const { kptr: at } = spec;
    const kptr = at === undefined ? undefined : { at, onUpdate: release.kptrOnUpdate };
    return (
      values && create(spec, rule, memory, linux, { ...values, ...(kptr && { kptr }) }, release)
    );
  };
}

/** Types that `bpf_map_meta_alloc` refuses inside of another map (kernel/bpf/map_in_map.c 6.1). */
const NOT_INNER: ReadonlySet<MapType> = new Set([
  'prog_array',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'struct_ops',
]);

function createOuter({ spec, machine, before }: MapEnv): Created {
  const inner = before[spec.inner ?? -1];
  // No fd at all is stdin's, which is no map.
  if (inner === undefined) return EINVAL;
  if (NOT_INNER.has(inner.spec.type)) return ENOTSUPP;
  if (inner.spec.inner !== undefined) return EINVAL;
  return createMapOfMaps(spec, machine, before);
}

const unsupported = (what: string): Outcome => ({ kind: 'unsupported', missing: [what] });

const rejected = (errno: number): Outcome => ({
  kind: 'completed',
  load: { verdict: 'rejected', errno, log: '' },
  runs: [],
  maps: [],
  console: '',
});
