import type { Random } from 'fast-check';
import type { MapCommand, MapSpec } from '../src/case/case.ts';
import { isBatch, type MapCommandKind, partsOf } from '../src/case/map-command.ts';
import { referenceValue } from '../src/case/map-references.ts';
import type { MapType } from '../src/case/map-type.ts';
import { INDEXED, ZERO_SEED } from './map-kinds.ts';
import type { CommandPlan, MapPlan } from './plan.ts';
import { oneIn, percent, pick, pickWeighted, weighted } from './random.ts';
import { repeated } from './repeated.ts';
import { drawBytes, type Pool } from './values.ts';

const COMMANDS_MAX = 8;

/** Commands behind that share of the runs, mostly such as do something. */
export function drawCommands(
  random: Random,
  maps: readonly MapPlan[],
  runs: number,
  pool: Pool,
  share: number,
): readonly CommandPlan[] {
  if (maps.length === 0) return [];
  const commands: CommandPlan[] = [];
  for (let run = 0; run < runs; run++) {
    if (!percent(random, share)) continue;
    for (let count = random.nextInt(1, COMMANDS_MAX); count > 0; count--) {
      const map = pick(random, maps);
      commands.push({ run, map: map.spec.name, command: drawCommand(random, map, pool) });
    }
  }
  return commands;
}

const KINDS = weighted<MapCommandKind>([
  ['lookup', 12],
  ['update', 14],
  ['delete', 6],
  ['next_key', 8],
  ['lookup_and_delete', 5],
  ['freeze', 1],
  ['lookup_batch', 5],
  ['update_batch', 4],
  ['delete_batch', 3],
  ['lookup_and_delete_batch', 3],
]);

function drawCommand(random: Random, { spec, keys }: MapPlan, pool: Pool): MapCommand {
  const drawn = pickWeighted(random, KINDS);
  // Whether a map with a kptr can be frozen isn't emulated.
  const isOut =
    drawn === 'freeze' ? spec.kptr !== undefined : ORDERED.has(drawn) && !isOrdered(spec);
  const kind = isOut ? 'lookup' : drawn;
  const count = isBatch(kind) ? random.nextInt(0, Math.min(spec.maxEntries + 1, 5)) : 0;
  const { keys: keyCount, values } = partsOf(kind, count);
  return {
    kind,
    map: 0,
    key:
      keyCount === 0 || isNull(random, spec, kind)
        ? null
        : joined(repeated(keyCount, () => drawKey(random, spec, keys, pool))),
    value:
      values === 0 || oneIn(random, 40) || (kind === 'lookup' && spec.type !== 'bloom_filter')
        ? null
        : joined(repeated(values, () => drawValue(random, spec, pool))),
    flags: percent(random, 75) ? 0n : pick(random, kind === 'update' ? UPDATE_FLAGS : OTHER_FLAGS),
    count,
  };
}

/** What follows the order in which a map is walked. */
const ORDERED: ReadonlySet<MapCommandKind> = new Set<MapCommandKind>([
  'next_key',
  'lookup_batch',
  'lookup_and_delete_batch',
]);
const HASHED: ReadonlySet<MapType> = new Set<MapType>([
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
]);

/** A hash map with a seed is walked in any order. */
const isOrdered = ({ type, flags, maxEntries }: MapSpec): boolean =>
  !HASHED.has(type) || (flags & ZERO_SEED) !== 0 || maxEntries === 1;

function isNull(random: Random, { keyBytes }: MapSpec, kind: MapCommandKind): boolean {
  if (keyBytes === 0) return !oneIn(random, 20);
  return oneIn(random, kind === 'next_key' ? 3 : 40);
}

function drawKey(
  random: Random,
  { type, keyBytes }: MapSpec,
  keys: readonly Uint8Array[],
  pool: Pool,
): Uint8Array {
  if (percent(random, 85)) return pick(random, keys);
  return INDEXED.has(type)
    ? referenceValue(random.nextInt(0, 4))
    : drawBytes(random, pool, keyBytes);
}

/** Of fds, devices and queues such as there are and such as there aren't; no length that takes memory. */
function drawValue(random: Random, { type, valueBytes }: MapSpec, pool: Pool): Uint8Array {
  const firsts = FIRST_WORDS[type];
  if (firsts === undefined) return drawBytes(random, pool, valueBytes);
  const value = new Uint8Array(valueBytes);
  value.set(referenceValue(pick(random, firsts)));
  if (valueBytes === 8) value.set(referenceValue(pick(random, NO_PROGS)), 4);
  return value;
}

const FIRST_WORDS: { readonly [Type in MapType]?: readonly number[] } = {
  prog_array: [0, 1, 2, 100],
  array_of_maps: [0, 1, 2, 3, 100],
  hash_of_maps: [0, 1, 2, 3, 100],
  perf_event_array: [0, 100],
  xskmap: [0, 100],
  devmap: [1, 1, 1, 0, 2, 10, 0xffff_ffff],
  devmap_hash: [1, 1, 1, 0, 2, 10, 0xffff_ffff],
  sockmap: [0, 100],
  sockhash: [0, 100],
  cpumap: [0, 0, 1, 192, 16_384, 16_385, 0xffff_ffff],
};

/** What stands for the fd of a prog, and is none. */
const NO_PROGS = [0, 0, 0, 0xffff_ffff, 0x7fff_ffff];

const UPDATE_FLAGS: readonly bigint[] = [
  ...[1n, 1n, 1n, 2n, 2n, 2n, 3n, 4n, 5n, 8n, 9n, 10n, 11n, 16n, 16n, 17n, 24n, 32n],
  ...[1n << 31n, 1n << 32n, (1n << 32n) | 8n, (1n << 32n) | 16n, 2n ** 64n - 1n],
];
const OTHER_FLAGS: readonly bigint[] = [
  ...[1n, 2n, 4n, 8n, 8n, 12n, 16n, 24n, 1n << 32n, (1n << 32n) | 8n, 1n << 63n],
];

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
