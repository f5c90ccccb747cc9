import type { Run } from '../../../case/case.ts';
import { encodeCtx } from '../../../case/ctx.ts';
import type { Fault, RunOutcome } from '../../target.ts';
import { E2BIG, ENOSPC } from '../errno.ts';
import { readCtxField, setCtxFields } from './ctx-rule.ts';
import type { RunSession } from './rules.ts';

const NOTHING = new Uint8Array(0);

/** The command failed before it wrote anything. */
export const failed = (run: Run, errno: number): RunOutcome => ({
  errno,
  retval: 0,
  dataOut: NOTHING,
  dataSizeOut: run.dataOutBytes ?? 0,
  ctxOut: NOTHING,
  ctxSizeOut: run.ctxOutBytes ?? 0,
});

/** The prog could not go on. */
export const faulted = (run: Run, fault: Fault): RunOutcome => ({ ...failed(run, 0), fault });

/** What a prog left behind. */
export interface Produced {
  readonly retval: number;
  /** The linear part of the packet, then what the kernel keeps in pages of its own. */
  readonly head: Uint8Array;
  readonly frags: Uint8Array;
  /** `ctx_in` as it is after the run, or null where the command has no ctx. */
  readonly ctx: Uint8Array | null;
}

/**
 * `bpf_test_finish` and `bpf_ctx_finish` (net/bpf/test_run.c 6.1): packet, its size and retval are
 * written even where the buffer was too short; the ctx only where it was not. A hint of 0 with a
 * buffer means "all of it", of which an outcome holds as much as the buffer does.
 */
export function finish({ machine }: RunSession, run: Run, produced: Produced): RunOutcome {
  const { retval, head, frags, ctx } = produced;
  const sizeBytes = head.length + frags.length;
  const hint = run.dataOutBytes ?? 0;
  const copyBytes = hint === 0 ? sizeBytes : Math.min(sizeBytes, hint);
  const isShort = copyBytes < sizeBytes;
  const inOrder = machine.release.xdpTruncation === 'in-order';
  // The head gives way to the frags, which come behind what is left of it.
  const headBytes = inOrder ? Math.min(copyBytes, head.length) : copyBytes - frags.length;
  if (run.dataOutBytes !== null && headBytes < 0) return failed(run, ENOSPC);
  const dataOut =
    run.dataOutBytes === null
      ? NOTHING
      : joined(head.subarray(0, headBytes), frags.subarray(0, copyBytes - headBytes), hint);
  const done = {
    errno: isShort ? ENOSPC : 0,
    retval,
    dataOut,
    dataSizeOut: sizeBytes,
    ctxOut: NOTHING,
    ctxSizeOut: run.ctxOutBytes ?? 0,
  };
  if (isShort || ctx === null || run.ctxOutBytes === null) return done;
  const errno = run.ctxOutBytes < ctx.length ? ENOSPC : 0;
  return { ...done, errno, ctxOut: ctx.slice(0, run.ctxOutBytes), ctxSizeOut: ctx.length };
}

/**
 * `bpf_ctx_init`: the struct's bytes; null where neither `ctx_in` nor `ctx_out` is given; the errno
 * where it is too long.
 */
export function ctxBytes(
  { machine, rule }: RunSession,
  run: Run,
  structBytes: number,
): Uint8Array | null | number {
  if (run.ctx === null && run.ctxOutBytes === null) return null;
  const bytes = new Uint8Array(structBytes);
  if (run.ctx === null) return bytes;
  const { sizeBytes, fields } = run.ctx;
  if (sizeBytes > machine.linux.pageBytes) return E2BIG;
  const given = encodeCtx(rule.ctx.layout, fields, sizeBytes, machine.littleEndian);
  if (given.subarray(structBytes).some((byte) => byte !== 0)) return E2BIG;
  bytes.set(given.subarray(0, structBytes));
  return bytes;
}

/** Puts into a ctx struct the fields that the command writes back, as the prog left them. */
export function writeBack({ machine, rule }: RunSession, ctx: Uint8Array): void {
  const { layout } = rule.ctx;
  const { start } = machine.ctx;
  for (const name of rule.ctx.writeBack) {
    const { offset, sizeBytes } = layout.fields.find((field) => field.name === name)!;
    if (offset + sizeBytes > ctx.length) continue;
    ctx.set(machine.memory.bytes.subarray(start + offset, start + offset + sizeBytes), offset);
  }
}

/** A field of a ctx struct. */
export const ctxValue = ({ machine, rule }: RunSession, ctx: Uint8Array, name: string): bigint =>
  readCtxField(ctx, rule.ctx.layout, name, machine.littleEndian);

/** Clears the ctx that progs see and sets the fields given. */
export function enterCtx(
  { machine, rule }: RunSession,
  fields: Readonly<Record<string, number | bigint>>,
): void {
  const { memory, ctx } = machine;
  ctx.sizeBytes = rule.ctx.layout.sizeBytes;
  memory.bytes.fill(0, ctx.start, ctx.start + ctx.sizeBytes);
  setCtxFields(memory.view, ctx.start, rule.ctx.layout, fields, machine.littleEndian);
}

function joined(head: Uint8Array, tail: Uint8Array, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes.subarray(0, maxBytes);
}
