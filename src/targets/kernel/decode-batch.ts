import type { Case, MapSpec, Run } from '../../case/case.ts';
import { isLiveRun } from '../../case/live-run.ts';
import type { MapType } from '../../case/map-type.ts';
import type {
  CommandOutcome,
  Completed,
  LiveFrames,
  LoadOutcome,
  MapContent,
  MapContentEntry,
  Outcome,
  RunOutcome,
} from '../target.ts';
import { complaintIn } from './kernel-report.ts';
import { FRAME_BODY_MAX_BYTES } from './link.ts';
import {
  AnswerKind,
  CASUALTY_BYTES_MAX,
  CaseStatus,
  type ErrorCode,
  FrameWay,
  LoadStep,
  WIRE_LIMITS,
} from './protocol.ts';
import { protocolError, type WireReader, wireReader } from './wire.ts';

/** What came of a batch. */
export type BatchAnswer =
  | {
      readonly kind: 'outcomes';
      /** The agent's own time for all of it. */
      readonly agentNs: number;
      /** Of the first cases; those that are missing at the end were not run. */
      readonly outcomes: readonly Outcome[];
    }
  | {
      readonly kind: 'error';
      readonly code: (typeof ErrorCode)[keyof typeof ErrorCode];
      readonly text: string;
    };

const ERROR_TEXT_MAX = 4096;

/**
 * The answer to a batch of `cases` by a machine with that many possible CPUs. Throws `LinkError`
 * (LINK_PROTOCOL) where the body is none.
 */
export function decodeBatch(body: Uint8Array, cases: readonly Case[], cpus: number): BatchAnswer {
  const from = wireReader(body);
  const kind = from.u32();
  if (kind === AnswerKind.ERROR) {
    const code = from.u32() as (typeof ErrorCode)[keyof typeof ErrorCode];
    const text = from.text(ERROR_TEXT_MAX, 'a message');
    from.end();
    return { kind: 'error', code, text };
  }
  if (kind !== AnswerKind.BATCH) throw protocolError('the answer to a batch', `kind ${kind}`);
  const count = from.u32();
  if (count !== cases.length) throw protocolError(`${cases.length} outcomes`, `${count}`);
  const agentNs = Number(from.u64());
  const outcomes: Outcome[] = [];
  for (const [index, testCase] of cases.entries()) {
    const outcome = readOutcome(from, testCase, cpus);
    if (outcome === undefined) continue;
    if (outcomes.length !== index) {
      throw protocolError('no outcome behind a case that was not run', 'one');
    }
    outcomes.push(outcome);
  }
  from.end();
  return { kind: 'outcomes', agentNs, outcomes };
}

function readOutcome(from: WireReader, testCase: Case, cpus: number): Outcome | undefined {
  const status = from.u32();
  switch (status) {
    case CaseStatus.COMPLETED:
      return readCompleted(from, testCase, cpus);
    case CaseStatus.CRASHED:
      return {
        kind: 'crashed',
        ...complaintIn(from.text(CASUALTY_BYTES_MAX, 'a console'), 'worker'),
      };
    case CaseStatus.HUNG:
      return {
        kind: 'hung',
        ...complaintIn(from.text(CASUALTY_BYTES_MAX, 'a console'), 'time-limit'),
      };
    case CaseStatus.NOT_RUN:
      return undefined;
    default:
      throw protocolError('the status of a case', `${status}`);
  }
}

function readCompleted(from: WireReader, testCase: Case, cpus: number): Completed {
  const load = readLoad(from, testCase);
  const accepted = load.verdict === 'accepted';
  const runs = accepted ? testCase.runs.map((run) => readRun(from, testCase, run)) : [];
  const maps = accepted ? testCase.maps.map((map) => readMap(from, map, cpus)) : [];
  const console = from.text(WIRE_LIMITS.CONSOLE_BYTES_MAX, 'a console');
  const complaint = console === '' ? { console } : complaintIn(console, 'other');
  return { kind: 'completed', load, runs, maps, ...complaint };
}

function readLoad(from: WireReader, testCase: Case): LoadOutcome {
  const errno = from.u32();
  const step = from.u32();
  const index = from.u32();
  const log = steady(from.text(WIRE_LIMITS.LOG_BYTES_MAX, 'a log'));
  if (errno === 0) return { verdict: 'accepted', ...(log !== '' && { log }) };
  if (step === LoadStep.PROG_LOAD) return { verdict: 'rejected', errno, log };
  if (step === LoadStep.NETWORK) return { verdict: 'rejected', errno, log: 'no interfaces\n' };
  const what = step === LoadStep.MAP_CREATE ? 'created' : 'filled';
  const map = testCase.maps[index]?.name ?? index;
  return { verdict: 'rejected', errno, log: `map ${map} could not be ${what}\n` };
}

/** A log without the time that the verifier took. */
const steady = (log: string): string => log.replace(/^verification time \d+ usec\n/m, '');

function readRun(from: WireReader, testCase: Case, run: Run): RunOutcome {
  const errno = from.u32();
  const retval = from.u32();
  const dataSizeOut = from.u32();
  const ctxSizeOut = from.u32();
  const dataBytes = from.bounded(WIRE_LIMITS.OUT_BYTES_MAX, 'data_out');
  const ctxBytes = from.bounded(WIRE_LIMITS.OUT_BYTES_MAX, 'ctx_out');
  const outcome = {
    errno,
    retval,
    dataOut: from.bytes(dataBytes),
    dataSizeOut,
    ctxOut: from.bytes(ctxBytes),
    ctxSizeOut,
    ...(isLiveRun(testCase, run) && { frames: readFrames(from) }),
  };
  const commands = (run.commands ?? []).map(() => readCommand(from));
  return commands.length === 0 ? outcome : { ...outcome, commands };
}

const readFrames = (from: WireReader): readonly LiveFrames[] =>
  Array.from({ length: from.bounded(WIRE_LIMITS.LIVE_FRAMES_MAX, 'frames') }, () => ({
    way: from.bounded(FrameWay.SENT, 'the way of a frame') === FrameWay.SENT ? 'sent' : 'received',
    ifindex: from.u32(),
    times: from.u32(),
    bytes: from.bytes(from.bounded(WIRE_LIMITS.LIVE_FRAME_BYTES_MAX, 'bytes of a frame')),
  }));

function readCommand(from: WireReader): CommandOutcome {
  const errno = from.u32();
  const count = from.u32();
  return { errno, count, output: from.bytes(from.bounded(FRAME_BODY_MAX_BYTES, 'output')) };
}

const PER_CPU: ReadonlySet<MapType> = new Set([
  'percpu_hash',
  'percpu_array',
  'lru_percpu_hash',
  'percpu_cgroup_storage',
]);

function readMap(from: WireReader, map: MapSpec, cpus: number): MapContent {
  const values = valuesPerKey(map, cpus);
  const entries = from.bounded(map.maxEntries, 'entries');
  const content: MapContentEntry[] = [];
  for (let i = 0; i < entries; i++) {
    const key = from.bytes(map.keyBytes);
    content.push({
      key,
      values: Array.from({ length: values }, () => from.bytes(valueBytes(from, map))),
    });
  }
  // What has no keys stays in the order in which it came.
  return content.sort((a, b) => Buffer.compare(a.key, b.key));
}

/** Records of a ring have lengths of their own. */
const valueBytes = (from: WireReader, { type, maxEntries, valueBytes: bytes }: MapSpec): number =>
  type === 'ringbuf' ? from.bounded(maxEntries, 'bytes of a record') : bytes;

const valuesPerKey = ({ type }: MapSpec, cpus: number): number => (PER_CPU.has(type) ? cpus : 1);

/**
 * What of a case is too much for the answer, for people; undefined where all may fit. The agent
 * refuses maps whose content, when they are full, is longer than a frame.
 */
export function tooLongForAnswer({ maps, runs }: Case, cpus: number): string | undefined {
  for (const { map, count } of runs.flatMap(({ commands = [] }) => commands)) {
    if (count * elementBytes(maps[map], cpus) <= FRAME_BODY_MAX_BYTES) continue;
    return `a batch of map ${maps[map].name} of at most ${FRAME_BODY_MAX_BYTES} bytes`;
  }
  const large = maps.find((map) => map.maxEntries * elementBytes(map, cpus) > FRAME_BODY_MAX_BYTES);
  return large === undefined
    ? undefined
    : `a map ${large.name} of at most ${FRAME_BODY_MAX_BYTES} bytes`;
}

/** The kernel pads each value of a per-CPU map to 8 bytes. */
function elementBytes(map: MapSpec, cpus: number): number {
  if (map.type === 'ringbuf') return 1;
  if (!PER_CPU.has(map.type)) return map.keyBytes + map.valueBytes;
  return map.keyBytes + cpus * Math.ceil(map.valueBytes / 8) * 8;
}
