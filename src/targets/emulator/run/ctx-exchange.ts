import type { Run } from '../../../case/case.ts';
import { E2BIG, EFAULT } from '../errno.ts';
import { readField, writeField } from './ctx-rule.ts';
import type { RunSession } from './rules.ts';
import { isUnreadable } from './user-memory.ts';

/** The struct that BPF_PROG_RUN takes in and gives out; the next run uses the same bytes again. */
export interface CtxStruct {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * `bpf_ctx_init`, net/bpf/test_run.c 6.1: the struct; null where neither `ctx_in` nor `ctx_out` is
 * given; the errno where `ctx_in` is too long or can't be read.
 */
export function ctxIn(
  { machine }: RunSession,
  run: Run,
  sizeOfStruct: number,
): CtxStruct | null | number {
  if (run.ctx === null && run.ctxOutBytes === null) return null;
  const { structBytes: bytes, structView: view } = machine.ctx;
  bytes.fill(0);
  const struct = { bytes: bytes.subarray(0, sizeOfStruct), view };
  if (run.ctx === null) return struct;
  const { sizeBytes, fields } = run.ctx;
  if (sizeBytes > machine.linux.pageBytes) return E2BIG;
  if (isUnreadable(run, 'ctx_in')) return EFAULT;
  for (const [name, value] of Object.entries(fields)) {
    const field = machine.ctx.access.fields.get(name);
    if (field !== undefined) writeField(view, 0, field, value, machine.littleEndian);
  }
  bytes.fill(0, sizeBytes);
  return bytes.subarray(sizeOfStruct).some((byte) => byte !== 0) ? E2BIG : struct;
}

/** A field of the struct. */
export const givenField = ({ machine }: RunSession, { view }: CtxStruct, name: string): bigint =>
  readField(view, 0, machine.ctx.access.fields.get(name)!, machine.littleEndian);

/** Sets a field of the struct. */
export function putField(
  { machine }: RunSession,
  { view }: CtxStruct,
  name: string,
  value: number,
) {
  const field = machine.ctx.access.fields.get(name)!;
  writeField(view, 0, field, BigInt(value), machine.littleEndian);
}

/** Makes the ctx that progs see: what was given, or zeros, with the fields below put in. */
export function enterCtx(
  { machine, rule }: RunSession,
  given: CtxStruct | null,
  fields: Readonly<Record<string, number | bigint>>,
): void {
  const { memory, ctx, littleEndian } = machine;
  ctx.sizeBytes = rule.ctx.layout.sizeBytes;
  memory.bytes.fill(0, ctx.start, ctx.start + ctx.sizeBytes);
  if (given !== null) memory.bytes.set(given.bytes, ctx.start);
  for (const name in fields) {
    const field = ctx.access.fields.get(name)!;
    writeField(memory.view, ctx.start, field, BigInt(fields[name]), littleEndian);
  }
}

/** Puts into the struct what the prog left in the fields that the command writes back. */
export function writeBack({ machine, rule }: RunSession, { bytes }: CtxStruct): void {
  const { ctx, memory } = machine;
  for (const name of rule.ctx.writeBack) {
    const { offset, sizeBytes } = ctx.access.fields.get(name)!;
    if (offset + sizeBytes > bytes.length) continue;
    const from = ctx.start + offset;
    for (let i = 0; i < sizeBytes; i++) bytes[offset + i] = memory.bytes[from + i];
  }
}
