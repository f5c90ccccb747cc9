import { decodeProg, encodeProg, IsaError, SLOT_BYTES } from '../isa/encode.ts';
import {
  ATTR_NAMES,
  ATTR_NUMBERS,
  type AttrOverrides,
  attrPairs,
  NONZERO_AT_MIN,
  wordsOfAttr,
} from './attr.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Case, CtxInput, MapCommand, MapSpec, Prog, Run } from './case.ts';
import { allFields, ctxField, ctxLayoutOf } from './ctx.ts';
import { CASE_LIMITS, KSYM_NAME, MAP_NAME } from './limits.ts';
import { isBatch, MAP_COMMAND_KINDS, MAP_COMMANDS, partsOf } from './map-command.ts';
import { entryValueBytes, MAP_TYPES, mapTypeNumber } from './map-type.ts';
import { PROG_TYPES, type ProgType, progTypeNumber } from './prog-type.ts';

export { CaseBytesError } from './byte-reader.ts';

/**
 * The first byte. A case without what a version brought has the bytes, and hence the hash, that it had
 * before.
 */
const Version = {
  plain: 1,
  withKsyms: 2,
  withInnerMaps: 3,
  withAttachBtf: 4,
  withCommands: 5,
  withSpinLocks: 6,
  withAttr: 7,
  withKptrs: 8,
} as const;

/** Which of a command's parts are there. */
const HasPart = { key: 1, value: 2 } as const;

/** Which of a run's parts are there. */
const Has = { data: 1, ctx: 2, dataOut: 4, ctxOut: 8 } as const;

const writer = new ByteWriter();

/**
 * The canonical bytes of a case: equal cases, and cases that differ only in ctx fields which are 0 or
 * missing, give equal bytes. Numbers are little-endian and 32 bits wide if nothing else is said.
 *
 *   version u8 | prog type u8 | expected attach type | prog flags
 *   maps u16:  name | type u8 | key, value, max_entries, flags | entries: key bytes, value bytes
 *   progs u16: slots | 8 bytes each, little-endian
 *   runs u16:  parts u8 | repeat, flags, cpu, batch_size | data: length, bytes
 *              | ctx: size, fields u8 in the struct's order: name, value u64 | data_out | ctx_out
 *   ksyms u16: names                                   from version 2, which a case without has not
 *   for each map u8: `inner` + 1, or 0                 from version 3, which a case without has not
 *   attach btf: a name                                 from version 4, which a case without has not
 *   for each run u16: commands                         from version 5, which a case without has not
 *     command: kind u8 | map u8 | parts u8 | flags u64 | count of a batch | key or keys, value or values
 *   for each map u32: `spinLock` + 1, or 0             from version 6, which a case without has not
 *   for each run u8: overrides of the command          from version 7, which a case without has not
 *     override: number of its name u8 | value, or number of its word
 *   for each map u32: `kptr` + 1, or 0                 from version 8, which a case without has not
 *
 * A name is its length u8 and ASCII; from version 5 on that of no attach btf is empty. Throws where a
 * ctx names a field that its struct lacks.
 */
export function encodeCase(testCase: Case): Uint8Array {
  writer.begin();
  const version = versionOf(testCase);
  writer.u8(version);
  writer.u8(progTypeNumber(testCase.progType));
  writer.u32(testCase.expectedAttachType);
  writer.u32(testCase.progFlags);
  writer.u16(testCase.maps.length);
  for (const map of testCase.maps) writeMap(map);
  writer.u16(testCase.progs.length);
  for (const prog of testCase.progs) writeProg(prog);
  writer.u16(testCase.runs.length);
  for (const run of testCase.runs) writeRun(run, testCase.progType);
  if (version >= Version.withKsyms) {
    writer.u16(testCase.ksyms.length);
    for (const ksym of testCase.ksyms) writer.name(ksym);
  }
  if (version >= Version.withInnerMaps) {
    for (const { inner = -1 } of testCase.maps) writer.u8(inner + 1);
  }
  if (version >= Version.withAttachBtf) writer.name(testCase.attachBtf ?? '');
  if (version >= Version.withCommands) for (const run of testCase.runs) writeCommands(run);
  if (version >= Version.withSpinLocks) {
    for (const { spinLock = -1 } of testCase.maps) writer.u32(spinLock + 1);
  }
  if (version >= Version.withAttr) for (const run of testCase.runs) writeAttr(run);
  if (version >= Version.withKptrs) {
    for (const { kptr = -1 } of testCase.maps) writer.u32(kptr + 1);
  }
  return writer.taken();
}

/**
 * The case of which `bytes` are the canonical bytes. Throws `CaseBytesError` for anything else: other
 * versions, values out of range, ends too early or too late, and every form that isn't canonical.
 */
export function decodeCase(bytes: Uint8Array): Case {
  const reader = new ByteReader(bytes);
  if (bytes.length > CASE_LIMITS.bytes) {
    reader.fail(`at most ${CASE_LIMITS.bytes} bytes`, `${bytes.length}`);
  }
  const version = reader.u8('version');
  if (version < Version.plain || version > Version.withKptrs) {
    reader.fail(`version ${Version.plain} to ${Version.withKptrs}`, `version ${version}`);
  }
  const progType = PROG_TYPES[reader.u8('prog type', PROG_TYPES.length - 1)];
  const expectedAttachType = reader.u32('expected attach type');
  const progFlags = reader.u32('prog flags');
  const common: Case = {
    progType,
    expectedAttachType,
    progFlags,
    maps: readList(reader, 'maps', CASE_LIMITS.maps, readMap),
    progs: readList(reader, 'progs', CASE_LIMITS.progs, readProg),
    runs: readList(reader, 'runs', CASE_LIMITS.runs, () => readRun(reader, progType)),
    ksyms:
      version >= Version.withKsyms ? readList(reader, 'ksyms', CASE_LIMITS.ksyms, readKsym) : [],
  };
  const withInner =
    version >= Version.withInnerMaps
      ? common.maps.map((map) => readInner(reader, map))
      : common.maps;
  const attachBtf = version >= Version.withAttachBtf ? readAttachBtf(reader, version) : '';
  const withCommands =
    version >= Version.withCommands
      ? common.runs.map((run) => readCommands(reader, run, withInner))
      : common.runs;
  const withLocks =
    version >= Version.withSpinLocks
      ? withInner.map((map) => readSpinLock(reader, map))
      : withInner;
  const runs =
    version >= Version.withAttr ? withCommands.map((run) => readAttr(reader, run)) : withCommands;
  const maps =
    version >= Version.withKptrs ? withLocks.map((map) => readKptr(reader, map)) : withLocks;
  const testCase: Case = { ...common, maps, runs, ...(attachBtf !== '' && { attachBtf }) };
  reader.end();
  checkCanonical(testCase, bytes, reader);
  return testCase;
}

function versionOf({ ksyms, maps, attachBtf, runs }: Case): number {
  if (maps.some(({ kptr }) => kptr !== undefined)) return Version.withKptrs;
  if (runs.some(({ attr = {} }) => attrPairs(attr).length > 0)) return Version.withAttr;
  if (maps.some(({ spinLock }) => spinLock !== undefined)) return Version.withSpinLocks;
  if (runs.some(({ commands = [] }) => commands.length > 0)) return Version.withCommands;
  if (attachBtf !== undefined) return Version.withAttachBtf;
  if (maps.some(({ inner }) => inner !== undefined)) return Version.withInnerMaps;
  return ksyms.length === 0 ? Version.plain : Version.withKsyms;
}

function readInner(reader: ByteReader, map: MapSpec): MapSpec {
  const number = reader.u8('inner map', CASE_LIMITS.maps);
  return number === 0 ? map : { ...map, inner: number - 1 };
}

function readSpinLock(reader: ByteReader, map: MapSpec): MapSpec {
  const number = reader.u32('spin lock', CASE_LIMITS.valueBytes + 1);
  return number === 0 ? map : { ...map, spinLock: number - 1 };
}

function readKptr(reader: ByteReader, map: MapSpec): MapSpec {
  const number = reader.u32('kptr', CASE_LIMITS.valueBytes + 1);
  return number === 0 ? map : { ...map, kptr: number - 1 };
}

/** Only a case of a later version may be without. */
function readAttachBtf(reader: ByteReader, version: number): string {
  const name = reader.name('kernel symbol');
  const mayLack = version > Version.withAttachBtf && name === '';
  if (!mayLack && !KSYM_NAME.test(name)) reader.fail('a kernel symbol', JSON.stringify(name));
  return name;
}

function writeMap(map: MapSpec): void {
  writer.name(map.name);
  writer.u8(mapTypeNumber(map.type));
  writer.u32(map.keyBytes);
  writer.u32(map.valueBytes);
  writer.u32(map.maxEntries);
  writer.u32(map.flags);
  writer.u32(map.entries.length);
  for (const { key, value } of map.entries) {
    writer.bytes(key);
    writer.bytes(value);
  }
}

function readMap(reader: ByteReader): MapSpec {
  const name = reader.name('map name');
  if (!MAP_NAME.test(name)) reader.fail('a map name', JSON.stringify(name));
  const type = MAP_TYPES[reader.u8('map type', MAP_TYPES.length - 1)];
  const keyBytes = reader.u32('key size');
  const valueBytes = reader.u32('value size');
  const maxEntries = reader.u32('max_entries');
  const flags = reader.u32('map flags');
  const count = reader.u32('entries', CASE_LIMITS.entriesPerMap);
  const entries = Array.from({ length: count }, () => ({
    key: reader.bytes(keyBytes, 'key'),
    value: reader.bytes(entryValueBytes(type, valueBytes), 'value'),
  }));
  return { name, type, keyBytes, valueBytes, maxEntries, flags, entries };
}

function readKsym(reader: ByteReader): string {
  const name = reader.name('kernel symbol');
  if (!KSYM_NAME.test(name)) reader.fail('a kernel symbol', JSON.stringify(name));
  return name;
}

function writeProg({ insns }: Prog): void {
  const bytes = encodeProg(insns, 'little');
  writer.u32(bytes.length / SLOT_BYTES);
  writer.bytes(bytes);
}

function readProg(reader: ByteReader): Prog {
  const slots = reader.u32('slots', 2 * CASE_LIMITS.insnsPerProg);
  const bytes = reader.bytes(slots * SLOT_BYTES, 'prog');
  try {
    return { insns: decodeProg(bytes, 'little') };
  } catch (error) {
    if (!(error instanceof IsaError)) throw error;
    return reader.fail('a sound prog', `an error: ${error.message}`, { cause: error });
  }
}

function writeRun(run: Run, progType: ProgType): void {
  writer.u8(
    (run.data === null ? 0 : Has.data) |
      (run.ctx === null ? 0 : Has.ctx) |
      (run.dataOutBytes === null ? 0 : Has.dataOut) |
      (run.ctxOutBytes === null ? 0 : Has.ctxOut),
  );
  writer.u32(run.repeat);
  writer.u32(run.flags);
  writer.u32(run.cpu);
  writer.u32(run.batchSize);
  if (run.data !== null) {
    writer.u32(run.data.length);
    writer.bytes(run.data);
  }
  if (run.ctx !== null) writeCtx(run.ctx, progType);
  if (run.dataOutBytes !== null) writer.u32(run.dataOutBytes);
  if (run.ctxOutBytes !== null) writer.u32(run.ctxOutBytes);
}

function readRun(reader: ByteReader, progType: ProgType): Run {
  const has = reader.u8('parts of a run', Has.data | Has.ctx | Has.dataOut | Has.ctxOut);
  const repeat = reader.u32('repeat');
  const flags = reader.u32('run flags');
  const cpu = reader.u32('cpu');
  const batchSize = reader.u32('batch_size');
  const part = <T>(bit: number, read: () => T): T | null => ((has & bit) === 0 ? null : read());
  const outBytes = () => reader.u32('size of an out-buffer', CASE_LIMITS.outBytes);
  return {
    data: part(Has.data, () =>
      reader.bytes(reader.u32('length of data', CASE_LIMITS.dataBytes), 'data'),
    ),
    ctx: part(Has.ctx, () => readCtx(reader, progType)),
    repeat,
    flags,
    cpu,
    batchSize,
    dataOutBytes: part(Has.dataOut, outBytes),
    ctxOutBytes: part(Has.ctxOut, outBytes),
  };
}

function writeCommands({ commands = [] }: Run): void {
  writer.u16(commands.length);
  for (const { kind, map, key, value, flags, count } of commands) {
    writer.u8(MAP_COMMAND_KINDS.indexOf(kind));
    writer.u8(map);
    writer.u8((key === null ? 0 : HasPart.key) | (value === null ? 0 : HasPart.value));
    writer.u64(flags);
    if (isBatch(kind)) writer.u32(count);
    if (key !== null) writer.bytes(key);
    if (value !== null) writer.bytes(value);
  }
}

function readCommands(reader: ByteReader, run: Run, maps: readonly MapSpec[]): Run {
  const commands = readList(reader, 'commands', CASE_LIMITS.commandsPerRun, () =>
    readCommand(reader, maps),
  );
  return commands.length === 0 ? run : { ...run, commands };
}

function readCommand(reader: ByteReader, maps: readonly MapSpec[]): MapCommand {
  const kind = MAP_COMMAND_KINDS[reader.u8('command', MAP_COMMAND_KINDS.length - 1)];
  if (maps.length === 0) reader.fail('a map for the command', 'none');
  const map = reader.u8('map of a command', maps.length - 1);
  const { keys: takesKeys, values: takesValues } = MAP_COMMANDS[kind];
  const possible =
    (takesKeys === 'none' ? 0 : HasPart.key) | (takesValues === 'none' ? 0 : HasPart.value);
  const has = reader.u8('parts of a command');
  if ((has & ~possible) !== 0) reader.fail(`parts of \`${kind}\``, `${has}`);
  const flags = reader.u64('flags of a command');
  const count = isBatch(kind) ? reader.u32('count of a batch', CASE_LIMITS.entriesPerMap) : 0;
  const { keys, values } = partsOf(kind, count);
  const part = (bit: number, number: number, sizeBytes: number, what: string) =>
    (has & bit) === 0 ? null : reader.bytes(number * sizeBytes, what);
  return {
    kind,
    map,
    key: part(HasPart.key, keys, maps[map].keyBytes, 'key'),
    value: part(HasPart.value, values, maps[map].valueBytes, 'value'),
    flags,
    count,
  };
}

function writeAttr({ attr = {} }: Run): void {
  const pairs = attrPairs(attr);
  writer.u8(pairs.length);
  for (const [name, value] of pairs) {
    writer.u8(name);
    writer.u32(value);
  }
}

function readAttr(reader: ByteReader, run: Run): Run {
  const count = reader.u8('overrides of a command', ATTR_NAMES.length);
  const attr: Record<string, string | number> = {};
  for (let i = 0; i < count; i++) {
    const name = ATTR_NAMES[reader.u8('override of a command', ATTR_NAMES.length - 1)];
    const words = wordsOfAttr(name);
    const max = words === undefined ? ATTR_NUMBERS[name as 'size'] : words.length - 1;
    const value = reader.u32(name, max);
    if (name === 'nonzero_at' && value < NONZERO_AT_MIN) {
      reader.fail(`${name} of at least ${NONZERO_AT_MIN}`, `${value}`);
    }
    attr[name] = words?.[value] ?? value;
  }
  return count === 0 ? run : { ...run, attr: attr as AttrOverrides };
}

function writeCtx({ sizeBytes, fields }: CtxInput, progType: ProgType): void {
  const layout = ctxLayoutOf(progType);
  const all = layout === undefined ? [] : allFields(layout);
  const known = all.filter(({ name }) => fields[name] !== undefined);
  if (known.length !== Object.keys(fields).length) {
    throw new Error(`a ctx of ${progType} names a field that its struct lacks`);
  }
  const set = known.filter(({ name }) => fields[name] !== 0n);
  writer.u32(sizeBytes);
  writer.u8(set.length);
  for (const { name } of set) {
    writer.name(name);
    writer.u64(fields[name]);
  }
}

function readCtx(reader: ByteReader, progType: ProgType): CtxInput {
  const layout = ctxLayoutOf(progType);
  const sizeBytes = reader.u32('size of the ctx', CASE_LIMITS.ctxBytes);
  const count = reader.u8('fields of the ctx', layout === undefined ? 0 : allFields(layout).length);
  const fields: Record<string, bigint> = {};
  for (let i = 0; i < count; i++) {
    const name = reader.name('field of the ctx');
    const field = layout && ctxField(layout, name);
    if (field === undefined) reader.fail('a field of the ctx', JSON.stringify(name));
    const value = reader.u64(name);
    if (BigInt.asUintN(8 * field.sizeBytes, value) !== value) {
      reader.fail(`${name} of ${field.sizeBytes} bytes`, `0x${value.toString(16)}`);
    }
    fields[name] = value;
  }
  return { sizeBytes, fields };
}

function readList<T>(
  reader: ByteReader,
  what: string,
  max: number,
  read: (reader: ByteReader) => T,
): T[] {
  const count = reader.u16(what, max);
  return Array.from({ length: count }, () => read(reader));
}

/** Fields out of order or 0, one name twice: what only a writer other than `encodeCase` makes. */
function checkCanonical(testCase: Case, bytes: Uint8Array, reader: ByteReader): void {
  if (new Set(testCase.maps.map(({ name }) => name)).size !== testCase.maps.length) {
    reader.fail('maps of different names', 'one name twice');
  }
  if (new Set(testCase.ksyms).size !== testCase.ksyms.length) {
    reader.fail('different kernel symbols', 'one name twice');
  }
  const again = encodeCase(testCase);
  if (again.length !== bytes.length || again.some((byte, at) => byte !== bytes[at])) {
    reader.fail('canonical bytes', 'another form of the same case');
  }
}
