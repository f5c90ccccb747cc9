import type { Case, MapEntry, MapSpec, Run } from '../../../case/case.ts';
import { ctxLayoutOf, encodeCtx } from '../../../case/ctx.ts';
import type { MapType } from '../../../case/map-type.ts';
import type { Endianness } from '../../target.ts';
import { progKindOf } from './prog-kinds.ts';
import { mapName, progObject } from './prog-object.ts';

/** A command of bpftool and what it is for. */
export interface Command {
  readonly words: readonly string[];
  readonly step: Step;
}

/** A number is an index into the maps, progs or runs of the case. */
export type Step =
  | { readonly kind: 'create' | 'fill' | 'dump'; readonly map: number }
  | { readonly kind: 'load'; readonly prog: number }
  | { readonly kind: 'run'; readonly run: number };

/** What is done with one case, and the files that must be there before. */
export interface CasePlan {
  readonly files: readonly PlanFile[];
  readonly commands: readonly Command[];
}

export interface PlanFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface PlanOptions {
  /** The machine's. */
  readonly arch: string;
  readonly endianness: Endianness;
  /** What the names of files begin with. */
  readonly files: string;
  /** What the paths of pins begin with, on a BPF file system. */
  readonly pins: string;
}

/** Maps whose content is listed: what user space can't list has none, as for any target. */
const LISTED: ReadonlySet<MapType> = new Set([
  'hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
]);

/**
 * The commands in the order in which every target does it: maps are made and filled, progs loaded, prog
 * arrays filled, runs done, maps listed. The case must be one that bpftool can express (lacks.ts).
 */
export function planOf(testCase: Case, options: PlanOptions): CasePlan {
  const { maps, progs, runs } = testCase;
  const { arch, endianness, pins } = options;
  const files: PlanFile[] = [];
  const file = (name: string, bytes: Uint8Array): string => {
    files.push({ name: options.files + name, bytes });
    return options.files + name;
  };
  const pin = (kind: 'm' | 'p', index: number): string => `${pins}${kind}${index}`;
  const pinOfMap = (map: number): string => pin('m', map);
  const kind = progKindOf(testCase, arch)!;

  const filled = (map: number): readonly Command[] =>
    maps[map].entries.map((entry) => ({
      step: { kind: 'fill', map },
      words: fillWords(maps[map], entry, pinOfMap(map), endianness, (prog) => pin('p', prog)),
    }));
  const isOfProgs = (map: number): boolean => maps[map].type === 'prog_array';
  const indexes = [...maps.keys()];

  const created = indexes.flatMap((map): readonly Command[] => [
    { step: { kind: 'create', map }, words: createWords(maps[map], map, pinOfMap(map)) },
    ...(isOfProgs(map) ? [] : filled(map)),
  ]);
  const loaded = progs.map((_, prog): Command => {
    const object = progObject(testCase, prog, kind.section, endianness)!;
    const words = ['prog', 'load', file(`p${prog}.o`, object.bytes), pin('p', prog)];
    const reused = object.maps.flatMap(({ name, map }) => [
      'map',
      'name',
      name,
      'pinned',
      pinOfMap(map),
    ]);
    return { step: { kind: 'load', prog }, words: [...words, 'type', kind.section, ...reused] };
  });
  const ran = runs.map((run, index): Command => {
    const data = run.data && file(`r${index}.data`, run.data);
    const ctx = run.ctx && file(`r${index}.ctx`, ctxBytes(run.ctx, testCase, endianness));
    return { step: { kind: 'run', run: index }, words: runWords(run, pin('p', 0), data, ctx) };
  });
  const dumped = indexes
    .filter((map) => LISTED.has(maps[map].type))
    .map(
      (map): Command => ({
        step: { kind: 'dump', map },
        words: ['map', 'dump', 'pinned', pinOfMap(map)],
      }),
    );
  const commands = [
    ...created,
    ...loaded,
    ...indexes.filter(isOfProgs).flatMap(filled),
    ...ran,
    ...dumped,
  ];
  return { files, commands };
}

function createWords(map: MapSpec, index: number, pin: string): readonly string[] {
  const { type, keyBytes, valueBytes, maxEntries, flags } = map;
  const shape = ['key', `${keyBytes}`, 'value', `${valueBytes}`, 'entries', `${maxEntries}`];
  return [
    'map',
    'create',
    pin,
    'type',
    type,
    ...shape,
    'name',
    mapName(index),
    'flags',
    `${flags}`,
  ];
}

function fillWords(
  map: MapSpec,
  { key, value }: MapEntry,
  pin: string,
  endianness: Endianness,
  pinOfProg: (prog: number) => string,
): readonly string[] {
  const keyWords =
    key.length === 0 ? [] : ['key', 'hex', ...hexWords(machineKey(map, key, endianness))];
  const valueWords =
    map.type === 'prog_array'
      ? ['pinned', pinOfProg(Buffer.from(value).readUInt32LE())]
      : ['hex', ...hexWords(value)];
  return ['map', 'update', 'pinned', pin, ...keyWords, 'value', ...valueWords];
}

const INDEXED: ReadonlySet<MapType> = new Set(['array', 'prog_array', 'percpu_array']);

/** A key as the machine has it: an index is little-endian in a case. Also the way back. */
export const machineKey = (
  { type }: MapSpec,
  key: Uint8Array,
  endianness: Endianness,
): Uint8Array => (endianness === 'big' && INDEXED.has(type) ? key.toReversed() : key);

const hexWords = (bytes: Uint8Array): readonly string[] =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));

function runWords(
  run: Run,
  pin: string,
  data: string | null,
  ctx: string | null,
): readonly string[] {
  const dataWords =
    data === null ? [] : ['data_in', data, 'data_out', '-', 'data_size_out', `${run.dataOutBytes}`];
  const ctxWords =
    ctx === null ? [] : ['ctx_in', ctx, 'ctx_out', '-', 'ctx_size_out', `${run.ctxOutBytes}`];
  return ['prog', 'run', 'pinned', pin, ...dataWords, ...ctxWords, 'repeat', `${run.repeat}`];
}

/** A ctx whose layout isn't known has no fields that could be named. */
function ctxBytes(
  { fields, sizeBytes }: NonNullable<Run['ctx']>,
  { progType }: Case,
  endianness: Endianness,
): Uint8Array {
  const layout = ctxLayoutOf(progType);
  if (layout === undefined) return new Uint8Array(sizeBytes);
  return encodeCtx(layout, fields, sizeBytes, endianness === 'little');
}
