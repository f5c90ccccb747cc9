import type { Run } from '../../../case/case.ts';
import { type CtxLayout, encodeCtx } from '../../../case/ctx.ts';
import { E2BIG, EFAULT } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { isUnreadable } from './user-memory.ts';

/**
 * `bpf_ctx_init`, net/bpf/test_run.c 6.1, for a struct that progs don't see as it is: its bytes; null
 * where neither `ctx_in` nor `ctx_out` is given; the errno where `ctx_in` is too long or can't be read.
 */
export function structIn(
  { linux, littleEndian }: Machine,
  run: Run,
  layout: CtxLayout,
  sizeOfStruct = layout.sizeBytes,
): Uint8Array | null | number {
  if (run.ctx === null && run.ctxOutBytes === null) return null;
  const struct = new Uint8Array(sizeOfStruct);
  if (run.ctx === null) return struct;
  const { sizeBytes, fields } = run.ctx;
  if (sizeBytes > linux.pageBytes) return E2BIG;
  if (isUnreadable(run, 'ctx_in')) return EFAULT;
  const given = encodeCtx(layout, fields, sizeBytes, littleEndian);
  if (given.subarray(sizeOfStruct).some((byte) => byte !== 0)) return E2BIG;
  struct.set(given.subarray(0, sizeOfStruct));
  return struct;
}

/** Whether the bytes from `start` up to `end` are all 0. */
export const isZero = (bytes: Uint8Array, start: number, end: number): boolean =>
  bytes.subarray(start, end).every((byte) => byte === 0);
