import type { Run } from '../../../case/case.ts';
import { encodeCtx } from '../../../case/ctx.ts';
import { ctxExtent } from '../ctx-extent.ts';
import type { Machine } from '../machine.ts';
import type { RunSession } from './rules.ts';
import { isGiven } from './user-memory.ts';

/**
 * Makes the ctx that progs see from the bytes of `ctx_in`, as they are. Without any, the kernel gives progs a NULL
 * pointer, which the verifier lets them compare (`bpf_prog_test_run_syscall`, net/bpf/test_run.c 7.2).
 */
export function enterBytes({ machine, rule }: RunSession, run: Run): void {
  const { memory, ctx, littleEndian } = machine;
  const { layout } = rule.ctx;
  ctx.sizeBytes = layout.sizeBytes;
  memory.bytes.fill(0, ctx.start, ctx.start + ctx.sizeBytes);
  ctx.pointer = sizeOf(run) === 0 ? 0 : ctx.start;
  if (run.ctx === null) return;
  const sizeBytes = Math.min(run.ctx.sizeBytes, layout.sizeBytes);
  memory.bytes.set(encodeCtx(layout, run.ctx.fields, sizeBytes, littleEndian), ctx.start);
}

/** What types take nothing of whose ctx is all they have; their sizes without pointers don't count. */
export const hasMore = (run: Run): boolean =>
  isGiven(run, 'data_in') ||
  isGiven(run, 'data_out') ||
  isGiven(run, 'ctx_out') ||
  (run.attr?.duration ?? 0) !== 0;

/**
 * Whether `ctx_in` ends before the last byte that the prog accesses: `max_ctx_offset` of the verifier
 * (`check_ctx_access`, kernel/bpf/verifier.c 6.1), which counts what it walks, reached or not.
 */
export const shortCtx = (run: Run, machine: Machine): boolean =>
  sizeOf(run) < ctxExtent(machine.code, machine.pointers).leastBytes;

/** A ctx that is long enough for what is surely walked, and not for what may be. */
export function unsureCtx(run: Run, machine: Machine): readonly string[] {
  const { leastBytes, mostBytes } = ctxExtent(machine.code, machine.pointers);
  const isUnsure = sizeOf(run) >= leastBytes && sizeOf(run) < mostBytes;
  return isUnsure ? ['ctx that ends where only a verifier knows whether it is too short'] : [];
}

const sizeOf = ({ ctx }: Run): number => ctx?.sizeBytes ?? 0;
