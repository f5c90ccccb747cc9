import { ByteReader } from '../case/byte-reader.ts';
import { ByteWriter } from '../case/byte-writer.ts';
import type { Case, Run } from '../case/case.ts';
import { isLiveRun } from '../case/live-run.ts';
import type {
  CommandOutcome,
  Completed,
  Fault,
  LiveFrames,
  LoadOutcome,
  MapContent,
  Outcome,
  RunOutcome,
  Trouble,
} from '../targets/target.ts';
import {
  FAULT_NUMBERS,
  FAULT_REASONS,
  FRAME_WAYS,
  OUTCOME_KINDS,
  OUTCOME_LIMITS,
  TROUBLE_KINDS,
  TROUBLE_NUMBERS,
} from './outcome-limits.ts';

/** The first byte. An outcome without what a version brought has the bytes that it had before. */
const Version = { plain: 1, withParts: 2 } as const;

const writer = new ByteWriter();

/**
 * An outcome as compact bytes, without `execution` and what the verifier said of what it accepted.
 * Numbers are little-endian, 32 bits wide if nothing
 * else is said; text is UTF-8 behind its length, bytes stand behind their length.
 *
 *   version u8 | kind u8 | crashed, hung: console | unsupported: count, texts
 *     completed: errno of the load | log where it isn't 0
 *                | runs: errno, retval, data_size_out, data_out, ctx_size_out, ctx_out, fault
 *                        in version 2 behind it count, frames: way u8, ifindex, times, bytes
 *                        and count, commands: errno, count, output
 *                | maps: count, entries: key, count, values
 *                | console
 *     behind all, where there was trouble: number of its kind u8 | title
 *   fault: 0 u8, or number of its reason u8 | prog u8 | slot | detail
 */
export function encodeOutcome(outcome: Outcome): Uint8Array {
  writer.begin();
  const version = versionOf(outcome);
  writer.u8(version);
  writer.u8(OUTCOME_KINDS.indexOf(outcome.kind));
  if (outcome.kind === 'completed') writeCompleted(outcome, version);
  else if (outcome.kind === 'unsupported') writeList(outcome.missing, writeText);
  else writeText(outcome.console);
  if (outcome.kind !== 'unsupported') writeTrouble(outcome.trouble);
  return writer.taken();
}

/**
 * The outcome of `testCase` that `encodeOutcome` wrote. Throws `CaseBytesError` for anything else, and
 * where the numbers of runs and maps are not those of the case.
 */
export function decodeOutcome(bytes: Uint8Array, testCase: Case): Outcome {
  const reader = new ByteReader(bytes);
  const version = reader.u8('version of an outcome');
  if (version < Version.plain || version > Version.withParts) {
    reader.fail(`version ${Version.plain} to ${Version.withParts}`, `version ${version}`);
  }
  const kind = OUTCOME_KINDS[reader.u8('kind of an outcome', OUTCOME_KINDS.length - 1)];
  const outcome = readOutcome(reader, kind, testCase, version);
  if (outcome.kind === 'unsupported' || reader.isAtEnd()) {
    reader.end();
    return outcome;
  }
  const trouble = readTrouble(reader);
  reader.end();
  return { ...outcome, trouble };
}

const versionOf = (outcome: Outcome): number =>
  outcome.kind === 'completed' && outcome.runs.some(hasParts) ? Version.withParts : Version.plain;

/** A live run in which nothing left needs no list that says so. */
const hasParts = ({ frames = [], commands = [] }: RunOutcome): boolean =>
  frames.length > 0 || commands.length > 0;

function readOutcome(
  reader: ByteReader,
  kind: Outcome['kind'],
  testCase: Case,
  version: number,
): Outcome {
  switch (kind) {
    case 'completed':
      return readCompleted(reader, testCase, version);
    case 'unsupported':
      return { kind, missing: readList(reader, 'missing', OUTCOME_LIMITS.missing, readText) };
    default:
      return { kind, console: readText(reader) };
  }
}

function writeCompleted({ load, runs, maps, console }: Completed, version: number): void {
  writer.u32(load.verdict === 'accepted' ? 0 : load.errno);
  if (load.verdict === 'rejected') writeText(load.log);
  writeList(runs, (run) => writeRun(run, version));
  writeList(maps, writeMap);
  writeText(console);
}

function readCompleted(reader: ByteReader, testCase: Case, version: number): Completed {
  const load = readLoad(reader);
  const expected = load.verdict === 'accepted' ? testCase : { runs: [], maps: [] };
  let next = 0;
  const runs = readList(reader, 'runs', expected.runs.length, () => {
    const run = readRun(reader);
    return { ...run, ...readParts(reader, version, testCase, expected.runs[next++]) };
  });
  const maps = readList(reader, 'maps', expected.maps.length, readMap);
  if (runs.length !== expected.runs.length || maps.length !== expected.maps.length) {
    reader.fail('an outcome for each run and map of the case', 'fewer');
  }
  return { kind: 'completed', load, runs, maps, console: readText(reader) };
}

function readLoad(reader: ByteReader): LoadOutcome {
  const errno = reader.u32('errno of the load', OUTCOME_LIMITS.errno);
  return errno === 0
    ? { verdict: 'accepted' }
    : { verdict: 'rejected', errno, log: readText(reader) };
}

function writeRun(run: RunOutcome, version: number): void {
  writer.u32(run.errno);
  writer.u32(run.retval);
  writer.u32(run.dataSizeOut);
  writeBytes(run.dataOut);
  writer.u32(run.ctxSizeOut);
  writeBytes(run.ctxOut);
  writeFault(run.fault);
  if (version < Version.withParts) return;
  writeList(run.frames ?? [], writeFrame);
  writeList(run.commands ?? [], writeCommand);
}

function writeFrame({ way, ifindex, times, bytes }: LiveFrames): void {
  writer.u8(FRAME_WAYS.indexOf(way));
  writer.u32(ifindex);
  writer.u32(times);
  writeBytes(bytes);
}

const readFrame = (reader: ByteReader): LiveFrames => ({
  way: FRAME_WAYS[reader.u8('way of a frame', FRAME_WAYS.length - 1)],
  ifindex: reader.u32('ifindex'),
  times: reader.u32('times'),
  bytes: readBytes(reader, 'frame'),
});

function writeCommand({ errno, count, output }: CommandOutcome): void {
  writer.u32(errno);
  writer.u32(count);
  writeBytes(output);
}

const readCommand = (reader: ByteReader): CommandOutcome => ({
  errno: reader.u32('errno', OUTCOME_LIMITS.errno),
  count: reader.u32('count'),
  output: readBytes(reader, 'output'),
});

function readRun(reader: ByteReader): RunOutcome {
  const run = {
    errno: reader.u32('errno', OUTCOME_LIMITS.errno),
    retval: reader.u32('retval'),
    dataSizeOut: reader.u32('data_size_out'),
    dataOut: readBytes(reader, 'data_out'),
    ctxSizeOut: reader.u32('ctx_size_out'),
    ctxOut: readBytes(reader, 'ctx_out'),
  };
  const fault = readFault(reader);
  return { ...run, ...(fault !== undefined && { fault }) };
}

/** What runs of some cases alone have; empty lists in version 1. */
function readParts(
  reader: ByteReader,
  version: number,
  testCase: Case,
  run: Run,
): Pick<RunOutcome, 'frames' | 'commands'> {
  const live = isLiveRun(testCase, run);
  const expected = run.commands?.length ?? 0;
  const list = <T>(what: string, max: number, read: (from: ByteReader) => T) =>
    version < Version.withParts ? [] : readList(reader, what, max, read);
  const frames = list('frames', live ? OUTCOME_LIMITS.frames : 0, readFrame);
  const commands = list('commands', expected, readCommand);
  if (commands.length !== expected) {
    reader.fail('an answer for each command of the run', 'fewer');
  }
  return { ...(live && { frames }), ...(expected > 0 && { commands }) };
}

function writeFault(fault: Fault | undefined): void {
  writer.u8(fault === undefined ? 0 : FAULT_NUMBERS[fault.reason]);
  if (fault === undefined) return;
  writer.u8(fault.prog);
  writer.u32(fault.slot);
  writeText(fault.detail);
}

function readFault(reader: ByteReader): Fault | undefined {
  const number = reader.u8('reason of a fault', FAULT_REASONS.length);
  if (number === 0) return undefined;
  const reason = FAULT_REASONS.find((known) => FAULT_NUMBERS[known] === number)!;
  return {
    reason,
    prog: reader.u8('prog'),
    slot: reader.u32('slot'),
    detail: readText(reader),
  };
}

function writeTrouble(trouble: Trouble | undefined): void {
  if (trouble === undefined) return;
  writer.u8(TROUBLE_NUMBERS[trouble.kind]);
  writeText(trouble.title);
}

function readTrouble(reader: ByteReader): Trouble {
  const number = reader.u8('kind of trouble', TROUBLE_KINDS.length);
  const kind = TROUBLE_KINDS.find((known) => TROUBLE_NUMBERS[known] === number);
  return { kind: kind ?? reader.fail('a kind of trouble', `${number}`), title: readText(reader) };
}

function writeMap(content: MapContent): void {
  writeList(content, ({ key, values }) => {
    writeBytes(key);
    writeList(values, writeBytes);
  });
}

const readMap = (reader: ByteReader): MapContent =>
  readList(reader, 'entries', OUTCOME_LIMITS.entriesPerMap, () => ({
    key: readBytes(reader, 'key'),
    values: readList(reader, 'values', OUTCOME_LIMITS.cpus, () => readBytes(reader, 'value')),
  }));

function writeList<T>(items: readonly T[], write: (item: T) => void): void {
  writer.u32(items.length);
  for (const item of items) write(item);
}

function readList<T>(
  reader: ByteReader,
  what: string,
  max: number,
  read: (reader: ByteReader) => T,
): readonly T[] {
  return Array.from({ length: reader.u32(what, max) }, () => read(reader));
}

const writeText = (text: string): void => writeBytes(Buffer.from(text, 'utf8'));

const readText = (reader: ByteReader): string => Buffer.from(readBytes(reader, 'text')).toString();

function writeBytes(bytes: Uint8Array): void {
  writer.u32(bytes.length);
  writer.bytes(bytes);
}

const readBytes = (reader: ByteReader, what: string): Uint8Array =>
  reader.bytes(reader.u32(`length of ${what}`, OUTCOME_LIMITS.bytes), what);
