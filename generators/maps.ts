import type { Random } from 'fast-check';
import type { MapEntry, MapSpec } from '../src/case/case.ts';
import { referenceValue } from '../src/case/map-references.ts';
import type { MapType } from '../src/case/map-type.ts';
import type { ProgType } from '../src/case/prog-type.ts';
import { CGROUPS_MAP, TEXTS_MAP } from './argument-maps.ts';
import type { Palette } from './capabilities.ts';
import { INDEXED, STORAGES, ZERO_SEED } from './map-kinds.ts';
import type { MapPlan } from './plan.ts';
import { oneIn, percent, pick } from './random.ts';
import { repeated } from './repeated.ts';
import { drawBytes, type Pool } from './values.ts';

const HASH_KEY_BYTES = [1, 2, 4, 4, 8, 8, 12, 16];
/** A prefix's length and up to 12 bytes of it. */
const TRIE_KEY_BYTES = [5, 6, 8, 8, 12, 16];
const VALUE_BYTES = [1, 2, 4, 8, 8, 8, 16, 16, 24, 32, 12, 7];
const MAX_ENTRIES = [1, 2, 3, 4, 8, 16];
const RING_BYTES = [4096, 4096, 8192];
const MAPS_MAX = 4;
/** How many cases have a map that only arguments of helpers are made from. */
const ARGUMENT_MAP_PERCENT = 25;

type GeneratedMap = Palette['mapTypes'][number];

/** Maps with small pools of keys, of which about half are in the map at first. */
export function drawMaps(
  random: Random,
  palette: Palette,
  pool: Pool,
  favourites?: readonly MapType[],
): readonly MapPlan[] {
  const { mapTypes, usualMapTypes, kptrs } = palette;
  if (mapTypes.length === 0) return [];
  const count = random.nextInt(0, MAPS_MAX);
  const often =
    favourites === undefined ? usualMapTypes : mapTypes.filter((type) => favourites.includes(type));
  const maps: MapPlan[] = [];
  for (let i = 0; i < count; i++) {
    const type = pick(random, oneIn(random, 2) && often.length > 0 ? often : mapTypes);
    // A prog may name one map of storage of each type.
    if (STORAGES.has(type) && maps.some(({ spec }) => spec.type === type)) continue;
    const number = maps.length;
    if (type === 'array_of_maps' || type === 'hash_of_maps') {
      const held = oneIn(random, 3) ? 'hash' : 'array';
      maps.push(drawMap(random, palette, pool, { type: held, number }));
      maps.push(drawMap(random, palette, pool, { type, number: number + 1, inner: number }));
    } else {
      maps.push(drawMap(random, palette, pool, { type, number, objects: 'some' }));
    }
  }
  if (kptrs && mapTypes.includes('array') && oneIn(random, 3)) {
    const number = maps.length;
    maps.push(drawMap(random, palette, pool, { type: 'array', number, objects: 'always' }));
  }
  if (palette.arguments.has('constant') && percent(random, ARGUMENT_MAP_PERCENT))
    maps.push(TEXTS_MAP);
  if (palette.arguments.has('cgroups') && oneIn(random, 2)) maps.push(CGROUPS_MAP);
  return maps;
}

/**
 * 5.10 warns once a boot of hash maps of these types that allocate as they run
 * (`check_map_prog_compatibility`, kernel/bpf/verifier.c).
 */
const WARNED_OF: ReadonlySet<ProgType> = new Set<ProgType>([
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
]);

/** Sizes and flags at which something changes. Large values have few elements. */
const ODD = {
  keyBytes: [0, 1, 3, 4, 5, 8, 16, 260, 261, 512, 513, 513, 4096],
  valueBytes: [0, 1, 2, 4, 5, 8, 12, 4096, 4097, 32768, 32769, 32769, 65536, 65536],
  maxEntries: [0, 1, 3, 4096, 4097, 8192, 12288],
} as const;
const MANY_BYTES = 4096;

/** A map that is mostly refused: one to three of its attributes are odd. */
export function drawOddMap(random: Random, { mapTypes }: Palette): MapSpec {
  const type = mapTypes.length === 0 ? 'array' : pick(random, mapTypes);
  const shape = SHAPES[type](random);
  const attributes = { maxEntries: 2, ...shape };
  for (let twists = pick(random, [1, 1, 1, 2, 3]); twists > 0; twists--) {
    const name = pick(random, ['keyBytes', 'valueBytes', 'maxEntries', 'flags', 'flags'] as const);
    if (name === 'flags') attributes.flags = (attributes.flags ^ drawFlags(random)) >>> 0;
    else attributes[name] = pick(random, ODD[name]);
  }
  const bytes = attributes.keyBytes + attributes.valueBytes;
  if (!type.endsWith('ringbuf') && bytes > MANY_BYTES / 2) {
    attributes.maxEntries = Math.min(attributes.maxEntries, 3);
  }
  return { name: 'odd', type, ...attributes, entries: [] };
}

/** One flag or two, known or not. BPF_F_NUMA_NODE is that of node 0. */
function drawFlags(random: Random): number {
  const flag = () => (oneIn(random, 5) ? pick(random, RARE_FLAGS) : 1 << random.nextInt(0, 12));
  return (oneIn(random, 3) ? flag() | flag() : flag()) >>> 0;
}

const RARE_FLAGS = [1 << 13, 1 << 14, 1 << 15, 1 << 17, 1 << 19, 1 << 20, 2 ** 31];
interface MapDraft {
  readonly type: GeneratedMap;
  readonly number: number;
  /** Of a map of maps: the number of the one that says what it holds. */
  readonly inner?: number;
  /** Whether values may have a spin lock or an object in them, where palette and type allow that; absent for no. */
  readonly objects?: 'some' | 'always';
}

function drawMap(
  random: Random,
  { locks, kptrs, progType }: Palette,
  pool: Pool,
  { type, number, inner, objects }: MapDraft,
): MapPlan {
  const shape = SHAPES[type](random);
  const maxEntries = shape.maxEntries ?? pick(random, MAX_ENTRIES);
  const keys = drawKeys(random, type, shape.keyBytes, maxEntries, pool);
  const drawn = shape.flags | (oneIn(random, 6) ? pick(random, SOMETIMES[type] ?? [0]) : 0);
  const flags = PREALLOCATED.has(type) && WARNED_OF.has(progType) ? drawn & ~NO_PREALLOC : drawn;
  const spinLock =
    objects === 'some' && locks && oneIn(random, 3)
      ? drawLock(random, type, flags, shape.valueBytes)
      : undefined;
  const isWanted = objects === 'always' || (objects === 'some' && kptrs && oneIn(random, 2));
  const hasKptr = isWanted && type === 'array' && flags === 0 && spinLock === undefined;
  const places = hasKptr ? random.nextInt(2, KPTR_PLACES_MAX) : 0;
  const spec = {
    name: `${NAMES[type] ?? type}${number}`,
    type,
    keyBytes: shape.keyBytes,
    valueBytes: hasKptr ? 8 * places : shape.valueBytes,
    maxEntries,
    flags,
    inner,
    spinLock,
    kptr: hasKptr ? 8 * random.nextInt(0, places - 1) : undefined,
    entries: [] as readonly MapEntry[],
  };
  if ((flags & RDONLY) === 0) spec.entries = drawEntries(random, spec, keys, pool);
  return { spec, keys };
}

/** Where in the value of a map that may have one, beside something else, the spin lock lies. */
function drawLock(random: Random, type: MapType, flags: number, valueBytes: number) {
  const places = Math.floor(valueBytes / 4);
  const canHave = LOCKED.has(type) && places >= 2 && flags === (flags & ZERO_SEED);
  return canHave ? 4 * random.nextInt(0, places - 1) : undefined;
}

const LOCKED: ReadonlySet<MapType> = new Set<MapType>(['array', 'hash']);
const PREALLOCATED: ReadonlySet<MapType> = new Set<MapType>(['hash', 'percpu_hash']);
/** As many 8 bytes as values with an object are: targets have types for them in src/targets/kernel/agent/prog-btf.c. */
const KPTR_PLACES_MAX = 4;

interface Shape {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly flags: number;
  readonly maxEntries?: number;
}

const NO_PREALLOC = 1 << 0;
const NO_COMMON_LRU = 1 << 1;
const NUMA_NODE = 1 << 2;
const RDONLY = 1 << 3;
const WRONLY = 1 << 4;
const MMAPABLE = 1 << 10;
const INNER_MAP = 1 << 12;

const indexed = (random: Random): Shape => shape(4, pick(random, VALUE_BYTES));
const hashed = (random: Random): Shape =>
  shape(pick(random, HASH_KEY_BYTES), pick(random, VALUE_BYTES), pick(random, [0, ZERO_SEED]));
const keyless = (random: Random): Shape => shape(0, pick(random, VALUE_BYTES));
const reference = (): Shape => shape(4, 4);

/** `struct bpf_cgroup_storage_key`, or the id of a cgroup alone. */
const storage = (random: Random): Shape => ({
  ...shape(pick(random, [16, 8]), pick(random, VALUE_BYTES)),
  maxEntries: 0,
});

const localStorage = (random: Random): Shape => ({
  ...shape(4, pick(random, VALUE_BYTES), NO_PREALLOC),
  maxEntries: 0,
});

const shape = (keyBytes: number, valueBytes: number, flags = 0): Shape => ({
  keyBytes,
  valueBytes,
  flags,
});

const SHAPES: { readonly [Type in GeneratedMap]: (random: Random) => Shape } = {
  array: indexed,
  percpu_array: indexed,
  hash: hashed,
  percpu_hash: hashed,
  lru_hash: hashed,
  lru_percpu_hash: hashed,
  lpm_trie: (random) => shape(pick(random, TRIE_KEY_BYTES), pick(random, VALUE_BYTES), NO_PREALLOC),
  queue: keyless,
  stack: keyless,
  bloom_filter: (random) => shape(0, pick(random, VALUE_BYTES), ZERO_SEED),
  prog_array: reference,
  array_of_maps: reference,
  hash_of_maps: (random) => shape(pick(random, HASH_KEY_BYTES), 4, pick(random, [0, ZERO_SEED])),
  perf_event_array: reference,
  ringbuf: (random) => ({ ...shape(0, 0), maxEntries: pick(random, RING_BYTES) }),
  devmap: (random) => shape(4, pick(random, [4, 8])),
  cpumap: (random) => shape(4, pick(random, [4, 8])),
  xskmap: reference,
  devmap_hash: (random) => shape(4, pick(random, [4, 8])),
  sockmap: (random) => shape(4, pick(random, [4, 8])),
  sockhash: (random) => shape(pick(random, HASH_KEY_BYTES), pick(random, [4, 8])),
  cgroup_storage: storage,
  percpu_cgroup_storage: storage,
  sk_storage: localStorage,
  task_storage: localStorage,
  user_ringbuf: (random) => ({ ...shape(0, 0), maxEntries: pick(random, RING_BYTES) }),
};

/** Flags that a map has now and then; `drawOddMap` has those that are refused. */
const SOMETIMES: { readonly [Type in GeneratedMap]?: readonly number[] } = {
  array: [MMAPABLE, NUMA_NODE, WRONLY, RDONLY, INNER_MAP],
  percpu_array: [RDONLY, WRONLY],
  hash: [NO_PREALLOC, NO_PREALLOC, NUMA_NODE, RDONLY, WRONLY],
  percpu_hash: [NO_PREALLOC, NO_PREALLOC, WRONLY],
  lru_hash: [NO_COMMON_LRU, NO_COMMON_LRU, NUMA_NODE, WRONLY],
  lru_percpu_hash: [NO_COMMON_LRU],
  lpm_trie: [NUMA_NODE, WRONLY],
  queue: [NUMA_NODE, WRONLY, RDONLY],
  stack: [NUMA_NODE, WRONLY, RDONLY],
  bloom_filter: [NUMA_NODE, WRONLY, ZERO_SEED],
  ringbuf: [NUMA_NODE],
  user_ringbuf: [NUMA_NODE],
  devmap: [NUMA_NODE],
  devmap_hash: [NUMA_NODE, RDONLY],
  cgroup_storage: [NUMA_NODE, RDONLY, WRONLY],
  percpu_cgroup_storage: [NUMA_NODE, RDONLY, WRONLY],
};

/** At most 15 characters, with a number behind. */
const NAMES: { readonly [Type in GeneratedMap]?: string } = {
  percpu_array: 'parray',
  percpu_hash: 'phash',
  lru_percpu_hash: 'lru_phash',
  perf_event_array: 'events',
  cgroup_storage: 'cgroup',
  percpu_cgroup_storage: 'cgroup_cpu',
};

function drawKeys(
  random: Random,
  type: MapType,
  keyBytes: number,
  maxEntries: number,
  pool: Pool,
): readonly Uint8Array[] {
  if (keyBytes === 0) return [new Uint8Array(0)];
  if (INDEXED.has(type)) return drawIndexes(random, maxEntries);
  if (type === 'lpm_trie') return drawPrefixes(random, keyBytes, pool);
  // More keys than an LRU map has room for.
  const most = type.startsWith('lru') ? 8 : 4;
  return repeated(random.nextInt(2, most), () => drawBytes(random, pool, keyBytes));
}

/** Indexes of an array, one beyond its end among them. */
function drawIndexes(random: Random, maxEntries: number): readonly Uint8Array[] {
  const indexes = [random.nextInt(0, maxEntries - 1), 0, maxEntries - 1];
  if (oneIn(random, 2)) indexes.push(pick(random, [maxEntries, 0xffffffff, maxEntries + 1]));
  return indexes.map(referenceValue);
}

/** Prefixes of the same few bytes, some of them longer than there are bytes. */
function drawPrefixes(random: Random, keyBytes: number, pool: Pool): readonly Uint8Array[] {
  const data = drawBytes(random, pool, keyBytes - 4);
  const bits = 8 * data.length;
  return repeated(random.nextInt(3, 7), () => {
    const key = new Uint8Array(keyBytes);
    const prefix = oneIn(random, 4)
      ? pick(random, [0, bits, bits + 1, 1])
      : random.nextInt(0, bits);
    key.set(referenceValue(prefix));
    key.set(oneIn(random, 4) ? drawBytes(random, pool, data.length) : data, 4);
    if (oneIn(random, 2)) key[4 + random.nextInt(0, data.length - 1)] ^= 1 << random.nextInt(0, 7);
    return key;
  });
}

function drawEntries(
  random: Random,
  { type, keyBytes, maxEntries, valueBytes }: MapSpec,
  keys: readonly Uint8Array[],
  pool: Pool,
): readonly MapEntry[] {
  if (NEVER_FILLED.has(type)) return [];
  if (type === 'user_ringbuf') return drawSamples(random, pool);
  if (keyBytes === 0) return drawSequence(random, maxEntries, valueBytes, pool);
  const drawValue = VALUES[type] ?? ((to: Random) => drawBytes(to, pool, valueBytes));
  const isIndexed = INDEXED.has(type);
  const isInside = (key: Uint8Array): boolean => {
    if (isIndexed) return indexOf(key) < maxEntries;
    return type !== 'lpm_trie' || key[0] <= 8 * (keyBytes - 4);
  };
  const entries: MapEntry[] = [];
  for (const key of keys) {
    if (!isInside(key) || !percent(random, 60) || entries.length >= maxEntries) continue;
    if (entries.some((entry) => equalBytes(entry.key, key))) continue;
    entries.push({ key, value: drawValue(random, valueBytes) });
  }
  return entries;
}

/** Of a `u32`. */
const indexOf = (key: Uint8Array): number =>
  (key[0] | (key[1] << 8) | (key[2] << 16) | (key[3] << 24)) >>> 0;

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

const NEVER_FILLED: ReadonlySet<MapType> = new Set<MapType>([
  'ringbuf',
  'perf_event_array',
  'cpumap',
  'xskmap',
  'sockmap',
  'sockhash',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'sk_storage',
  'task_storage',
]);

/** Values that aren't any bytes: which prog, which map, which device. */
export const VALUES: {
  readonly [Type in MapType]?: (random: Random, valueBytes: number) => Uint8Array;
} = {
  prog_array: (random) => referenceValue(random.nextInt(0, 2)),
  array_of_maps: () => referenceValue(0),
  hash_of_maps: () => referenceValue(0),
  devmap: loopback,
  devmap_hash: loopback,
};
const LOOPBACK_IFINDEX = 1;

function loopback(_random: Random, valueBytes: number): Uint8Array {
  const value = new Uint8Array(valueBytes);
  value[0] = LOOPBACK_IFINDEX;
  return value;
}

function drawSequence(
  random: Random,
  maxEntries: number,
  valueBytes: number,
  pool: Pool,
): readonly MapEntry[] {
  const count = random.nextInt(0, Math.min(maxEntries, 4));
  return repeated(count, () => ({
    key: new Uint8Array(0),
    value: drawBytes(random, pool, valueBytes),
  }));
}

/** In pieces of 8 bytes: a header with a length and flags, and what lies behind it, or not all of that. */
function drawSamples(random: Random, pool: Pool): readonly MapEntry[] {
  const samples = Array.from({ length: random.nextInt(0, 4) }, () => {
    const sizeBytes = pick(random, SAMPLE_BYTES);
    const header = new Uint8Array(8);
    const isOdd = oneIn(random, 8);
    const odd = pick(random, ODD_HEADERS);
    header.set(
      referenceValue((isOdd ? odd : sizeBytes | (oneIn(random, 5) ? DISCARDED : 0)) >>> 0),
    );
    const pieces = Math.ceil(sizeBytes / 8);
    return [header, ...Array.from({ length: pieces }, () => drawBytes(random, pool, 8))];
  });
  return samples.flat().map((value) => ({ key: new Uint8Array(0), value }));
}

const SAMPLE_BYTES = [8, 8, 16, 0, 1, 7, 9, 24, 40];
/** `BPF_RINGBUF_DISCARD_BIT`; BPF_RINGBUF_BUSY_BIT, and lengths beyond what there is. */
const DISCARDED = 1 << 30;
const ODD_HEADERS = [
  2 ** 31 + 8,
  2 ** 31 + 2 ** 30,
  64,
  4096,
  0xff_ffff,
  2 ** 30 - 1,
  2 ** 30 + 4096,
];
