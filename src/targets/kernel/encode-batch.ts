import { attrPairs } from '../../case/attr.ts';
import type { Case, MapCommand, MapSpec, Run } from '../../case/case.ts';
import { ctxLayoutOf, encodeCtx } from '../../case/ctx.ts';
import { mapTypeNumber } from '../../case/map-type.ts';
import { type ProgType, progTypeNumber } from '../../case/prog-type.ts';
import { encodeProg, SLOT_BYTES } from '../../isa/encode.ts';
import type { Endianness } from '../target.ts';
import {
  BatchFlag,
  CommandCode,
  CommandPart,
  EngineCode,
  type KernelEngine,
  RequestKind,
  RunPart,
  WIRE_LIMITS,
} from './protocol.ts';
import { FrameFull, type WireWriter, wireWriter } from './wire.ts';

/**
 * How much of the verifier's log: `tail` of all that it went through, of what it rejects, which takes a
 * second load; `message` what it objects to, and its statistics of all that it loads, which costs little.
 */
export type LogWanted = 'none' | 'message' | 'tail';

const LOG_FLAGS: Readonly<Record<LogWanted, number>> = {
  none: 0,
  message: BatchFlag.WANTS_MESSAGE,
  tail: BatchFlag.WANTS_LOG,
};

export interface BatchSettings {
  readonly engine: KernelEngine | 'keep';
  readonly log: LogWanted;
  /** A case that takes longer is `hung`; it is noticed within a quarter of that. */
  readonly caseTimeoutMs: number;
  /** After that long no further case is begun. */
  readonly budgetMs: number;
}

export interface EncodedBatch {
  /** Valid until the next batch is encoded. */
  readonly body: Uint8Array;
  /** How many cases, from the first on, it holds; 0 where the first alone is too long. */
  readonly count: number;
}

/**
 * Encodes as many of the cases as one frame takes, for a machine of that byte order. They must be
 * within `CASE_LIMITS`. The encoder has one buffer, which grows to what was needed.
 */
export function batchEncoder(
  endianness: Endianness,
): (cases: readonly Case[], settings: BatchSettings) => EncodedBatch {
  const to = wireWriter();
  return (cases, { engine, log, caseTimeoutMs, budgetMs }) => {
    to.reset(0);
    to.u32(RequestKind.BATCH);
    to.u32(EngineCode[engine]);
    to.u32(LOG_FLAGS[log]);
    to.u32(caseTimeoutMs);
    to.u32(budgetMs);
    const countAt = to.length;
    to.u32(0);
    let count = 0;
    while (count < cases.length && count < WIRE_LIMITS.CASES_MAX) {
      if (!fits(to, () => writeCase(to, cases[count], endianness))) break;
      count++;
    }
    to.setU32(countAt, count);
    return { body: to.body(), count };
  };
}

function fits(to: WireWriter, write: () => void): boolean {
  const before = to.length;
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof FrameFull)) throw error;
    to.reset(before);
    return false;
  }
}

function writeCase(to: WireWriter, testCase: Case, endianness: Endianness): void {
  to.u32(progTypeNumber(testCase.progType));
  to.u32(testCase.expectedAttachType);
  to.u32(testCase.progFlags);
  to.u32(testCase.ksyms.length);
  to.u32(testCase.maps.length);
  to.u32(testCase.progs.length);
  to.u32(testCase.runs.length);
  writeName(to, testCase.attachBtf ?? '');
  for (const name of testCase.ksyms) writeName(to, name);
  for (const map of testCase.maps) writeMap(to, map);
  for (const { insns } of testCase.progs) {
    const bytes = encodeProg(insns, endianness);
    to.u32(bytes.length / SLOT_BYTES);
    to.bytes(bytes);
  }
  for (const run of testCase.runs) writeRun(to, run, testCase.progType, endianness);
}

function writeName(to: WireWriter, name: string): void {
  to.u32(name.length);
  to.bytes(Buffer.from(name, 'latin1'));
}

function writeMap(to: WireWriter, map: MapSpec): void {
  to.u32(mapTypeNumber(map.type));
  to.u32(map.keyBytes);
  to.u32(map.valueBytes);
  to.u32(map.maxEntries);
  to.u32(map.flags);
  to.u32(map.inner === undefined ? 0 : map.inner + 1);
  to.u32(map.spinLock === undefined ? 0 : map.spinLock + 1);
  to.u32(map.kptr === undefined ? 0 : map.kptr + 1);
  to.u32(map.entries.length);
  for (const { key } of map.entries) to.bytes(key);
  for (const { value } of map.entries) to.bytes(value);
}

function writeRun(to: WireWriter, run: Run, type: ProgType, endianness: Endianness): void {
  const overrides = attrPairs(run.attr ?? {});
  to.u32(
    (run.data === null ? 0 : RunPart.DATA) |
      (run.ctx === null ? 0 : RunPart.CTX) |
      (run.dataOutBytes === null ? 0 : RunPart.DATA_OUT) |
      (run.ctxOutBytes === null ? 0 : RunPart.CTX_OUT) |
      (overrides.length === 0 ? 0 : RunPart.ATTR),
  );
  to.u32(run.data?.length ?? 0);
  to.u32(run.ctx === null ? 0 : ctxLength(run));
  to.u32(run.dataOutBytes ?? 0);
  to.u32(run.ctxOutBytes ?? 0);
  to.u32(run.repeat);
  to.u32(run.flags);
  to.u32(run.cpu);
  to.u32(run.batchSize);
  to.u32(run.commands?.length ?? 0);
  if (run.data !== null) to.bytes(run.data);
  if (run.ctx !== null)
    to.bytes(ctxBytes({ ...run.ctx, sizeBytes: ctxLength(run) }, type, endianness));
  if (overrides.length > 0) to.u32(overrides.length);
  for (const [name, value] of overrides) {
    to.u32(name);
    to.u32(value);
  }
  for (const command of run.commands ?? []) writeCommand(to, command);
}

function writeCommand(to: WireWriter, command: MapCommand): void {
  const { kind, map, key, value, flags, count } = command;
  to.u32(CommandCode[kind]);
  to.u32(map);
  to.u32((key === null ? 0 : CommandPart.KEY) | (value === null ? 0 : CommandPart.VALUE));
  to.u32(Number(flags & 0xffff_ffffn));
  to.u32(Number(flags >> 32n));
  to.u32(count);
  if (key !== null) to.bytes(key);
  if (value !== null) to.bytes(value);
}

/** As much of the ctx as the command says that there is. */
const ctxLength = ({ ctx, attr }: Run): number =>
  Math.min(attr?.ctx_size_in ?? ctx?.sizeBytes ?? 0, WIRE_LIMITS.CTX_BYTES_MAX);

/** A ctx whose layout isn't known has no fields that could be named. */
function ctxBytes(
  { fields, sizeBytes }: NonNullable<Run['ctx']>,
  type: ProgType,
  endianness: Endianness,
): Uint8Array {
  const layout = ctxLayoutOf(type);
  if (layout === undefined) return new Uint8Array(sizeBytes);
  return encodeCtx(layout, fields, sizeBytes, endianness === 'little');
}
