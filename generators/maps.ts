import type { Random } from 'fast-check';
import type { MapEntry } from '../src/case/case.ts';
import type { Palette } from './capabilities.ts';
import type { MapPlan } from './plan.ts';
import { oneIn, percent, pick } from './random.ts';
import { drawBytes, type Pool } from './values.ts';

const HASH_KEY_BYTES = [1, 2, 4, 4, 8, 8, 12, 16];
const VALUE_BYTES = [1, 2, 4, 8, 8, 8, 16, 16, 24, 32, 12, 7];
const MAX_ENTRIES = [1, 2, 3, 4, 8, 16];
const MAPS_MAX = 3;

/** Maps with small pools of keys, of which about half are in the map at first. */
export function drawMaps(random: Random, { mapTypes }: Palette, pool: Pool): readonly MapPlan[] {
  if (mapTypes.length === 0) return [];
  const count = random.nextInt(0, MAPS_MAX);
  return Array.from({ length: count }, (_, index) =>
    drawMap(random, pick(random, mapTypes), index, pool),
  );
}

function drawMap(
  random: Random,
  type: Palette['mapTypes'][number],
  index: number,
  pool: Pool,
): MapPlan {
  const isArray = type === 'array' || type === 'percpu_array';
  const keyBytes = isArray ? 4 : pick(random, HASH_KEY_BYTES);
  const valueBytes = pick(random, VALUE_BYTES);
  const maxEntries = pick(random, MAX_ENTRIES);
  const keys = isArray
    ? drawIndexes(random, maxEntries)
    : Array.from({ length: random.nextInt(2, 4) }, () => drawBytes(random, pool, keyBytes));
  return {
    spec: {
      name: `${type === 'percpu_array' ? 'parray' : type === 'percpu_hash' ? 'phash' : type}${index}`,
      type,
      keyBytes,
      valueBytes,
      maxEntries,
      flags: 0,
      entries: drawEntries(random, keys, maxEntries, valueBytes, pool, isArray),
    },
    keys,
  };
}

/** Indexes of an array, one beyond its end among them. */
function drawIndexes(random: Random, maxEntries: number): readonly Uint8Array[] {
  const indexes = [random.nextInt(0, maxEntries - 1), 0, maxEntries - 1];
  if (oneIn(random, 2)) indexes.push(pick(random, [maxEntries, 0xffffffff, maxEntries + 1]));
  return indexes.map((index) => {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, index, true);
    return key;
  });
}

function drawEntries(
  random: Random,
  keys: readonly Uint8Array[],
  maxEntries: number,
  valueBytes: number,
  pool: Pool,
  isArray: boolean,
): readonly MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const key of keys) {
    const inside = !isArray || new DataView(key.buffer).getUint32(0, true) < maxEntries;
    if (!inside || !percent(random, 60) || entries.size >= maxEntries) continue;
    entries.set(String(key), { key, value: drawBytes(random, pool, valueBytes) });
  }
  return [...entries.values()];
}
