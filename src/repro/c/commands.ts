import type { Case, MapCommand, MapSpec } from '../../case/case.ts';
import { isBatch, type MapCommandKind } from '../../case/map-command.ts';
import type { Endianness } from '../../targets/target.ts';
import { holdsFds, isPerCpu } from '../map-traits.ts';
import { machineKey } from '../observation-lines.ts';
import { keyText, valueText } from './maps.ts';
import { byteList, stringLiteral } from './text.ts';

const NAMES: Readonly<Record<MapCommandKind, string>> = {
  lookup: 'BPF_MAP_LOOKUP_ELEM',
  update: 'BPF_MAP_UPDATE_ELEM',
  delete: 'BPF_MAP_DELETE_ELEM',
  next_key: 'BPF_MAP_GET_NEXT_KEY',
  lookup_and_delete: 'BPF_MAP_LOOKUP_AND_DELETE_ELEM',
  freeze: 'BPF_MAP_FREEZE',
  lookup_batch: 'BPF_MAP_LOOKUP_BATCH',
  update_batch: 'BPF_MAP_UPDATE_BATCH',
  delete_batch: 'BPF_MAP_DELETE_BATCH',
  lookup_and_delete_batch: 'BPF_MAP_LOOKUP_AND_DELETE_BATCH',
};

/** What of a map command can't be written, for people; undefined where all can. */
export function commandLacks({ maps }: Case, { map, kind }: MapCommand): string | undefined {
  if (isBatch(kind) && isPerCpu(maps[map])) return 'batches of per-CPU maps';
  if (isBatch(kind) && holdsFds(maps[map])) return 'batches of maps that hold fds';
  return undefined;
}

/** What does a map command, as targets/kernel/agent/commands.c does it, and prints what comes of it. */
export function commandLines(
  testCase: Case,
  run: number,
  index: number,
  command: MapCommand,
  endianness: Endianness,
): readonly string[] {
  const map = testCase.maps[command.map];
  const fields = isBatch(command.kind)
    ? batchFields(map, command, endianness)
    : elementFields(testCase, map, command, endianness);
  const arguments_ = [`"run ${run} command ${index}"`, NAMES[command.kind]];
  return [
    `/* ${command.kind} of ${stringLiteral(map.name)} */`,
    'memset(&attr, 0, sizeof(attr));',
    ...fields,
    `${callOf(map, command)}(${[...arguments_, ...resultArguments(map, command.kind)].join(', ')});`,
  ];
}

function callOf(map: MapSpec, command: MapCommand): string {
  if (gives(command.kind)) return 'map_lookup_batch';
  if (isBatch(command.kind)) return 'map_batch';
  return givesEachCpu(map, command) ? 'map_percpu_command' : 'map_command';
}

/** BPF_F_CPU and BPF_F_ALL_CPUS of 7.2: the command is about one value. */
const ONE_CPU = 8n | 16n;

/** Whether values of all CPUs come out. */
export const givesEachCpu = (map: MapSpec, { kind, flags }: MapCommand): boolean =>
  isPerCpu(map) && /^lookup(_and_delete)?$/.test(kind) && (flags & ONE_CPU) === 0n;

/** The value that a command takes, of a per-CPU map one for each CPU unless it is about one. */
export const commandValueText = (
  testCase: Case,
  map: MapSpec,
  { flags }: MapCommand,
  value: Uint8Array,
): string =>
  (flags & ONE_CPU) === 0n
    ? valueText(testCase, map, value)
    : valueText(testCase, { ...map, type: 'hash' }, value);

/** What comes out, and how long it is. Ids of progs and maps are the kernel's own, and say nothing. */
function resultArguments(map: MapSpec, kind: MapCommandKind): readonly (string | number)[] {
  const { keyBytes, valueBytes, type } = map;
  if (gives(kind)) return [keyBytes, valueBytes];
  if (isBatch(kind)) return [];
  if (kind === 'next_key') return ['key_out', keyBytes];
  const told = kind.startsWith('lookup') && !holdsFds(map) && type !== 'bloom_filter';
  return told ? ['value_out', valueBytes] : ['NULL', 0];
}

/** In a bloom filter a value is looked up. */
export const asksForValue = ({ type }: MapSpec, kind: MapCommandKind): boolean =>
  kind === 'lookup' && type === 'bloom_filter';

const gives = (kind: MapCommandKind): boolean => /^lookup.*_batch$/.test(kind);

/** More than kernels are built for. */
const CPUS_MAX = 8192;

/** Where values and keys come out, for `elements` of a map. */
export function commandDeclarations({ maps, runs }: Case): readonly string[] {
  const all = runs.flatMap(({ commands = [] }) => commands);
  if (all.length === 0) return [];
  const room = (part: 'keyBytes' | 'valueBytes'): number =>
    Math.max(
      8,
      ...all.map(({ map, count }) => {
        const cpus = part === 'valueBytes' && isPerCpu(maps[map]) ? CPUS_MAX : 1;
        return cpus * (count + 2) * (maps[map][part] + 8);
      }),
    );
  const kinds = all.map(({ kind }) => kind);
  const buffer = (
    name: string,
    part: 'keyBytes' | 'valueBytes',
    used: boolean,
  ): readonly string[] => (used ? [`static __u8 ${name}[${room(part)}];`] : []);
  const batches = kinds.some(gives);
  const lookups = all.some(
    ({ kind, map }) => /^lookup(_and_delete)?$/.test(kind) && !asksForValue(maps[map], kind),
  );
  return [
    ...buffer('key_out', 'keyBytes', batches || kinds.includes('next_key')),
    ...buffer('value_out', 'valueBytes', batches || lookups),
    ...buffer('cursor', 'keyBytes', batches),
  ];
}

function elementFields(
  testCase: Case,
  map: MapSpec,
  command: MapCommand,
  endianness: Endianness,
): readonly string[] {
  const { kind, map: index, key, value, flags } = command;
  const takesValue = kind === 'update' || asksForValue(map, kind);
  const set = (field: string, to: string): string => `attr.${field} = ${to};`;
  const fields = [set('map_fd', `map[${index}]`)];
  if (key !== null) fields.push(set('key', `PTR(${keyText(map, key, endianness)})`));
  if (takesValue && value !== null) {
    fields.push(set('value', `PTR(${commandValueText(testCase, map, command, value)})`));
  } else if (kind === 'next_key') fields.push(set('next_key', 'PTR(key_out)'));
  else if (kind.startsWith('lookup') && !takesValue) fields.push(set('value', 'PTR(value_out)'));
  if (flags !== 0n) fields.push(set('flags', `0x${flags.toString(16)}`));
  return fields;
}

function batchFields(
  map: MapSpec,
  { kind, map: index, key, value, flags, count }: MapCommand,
  endianness: Endianness,
): readonly string[] {
  const set = (field: string, to: string | number): string => `attr.batch.${field} = ${to};`;
  const fields = [set('map_fd', `map[${index}]`), set('count', count)];
  const list = (bytes: Uint8Array): string => `PTR(BYTES(${byteList(bytes) || '0'}))`;
  if (gives(kind)) {
    fields.push(
      set('out_batch', 'PTR(cursor)'),
      set('keys', 'PTR(key_out)'),
      set('values', 'PTR(value_out)'),
    );
  }
  if (key !== null) fields.push(set('keys', list(batchKeys(map, key, endianness))));
  if (value !== null) fields.push(set('values', list(value)));
  if (flags !== 0n) fields.push(set('elem_flags', `0x${flags.toString(16)}`));
  return fields;
}

/** Keys, one behind the other, as the kernel has them. */
export function batchKeys(map: MapSpec, keys: Uint8Array, endianness: Endianness): Uint8Array {
  const machineKeys: Uint8Array[] = [];
  for (let at = 0; at < keys.length; at += map.keyBytes) {
    machineKeys.push(machineKey(map, keys.subarray(at, at + map.keyBytes), endianness));
  }
  return Buffer.concat(machineKeys);
}
