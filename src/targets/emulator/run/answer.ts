import type { Run } from '../../../case/case.ts';
import type { Fault, RunOutcome } from '../../target.ts';
import { EFAULT, ENOSPC } from '../errno.ts';
import type { RunSession } from './rules.ts';
import { isFieldUnwritable, isGiven, isUnwritable } from './user-memory.ts';

const NOTHING = new Uint8Array(0);

/** The command failed before it wrote anything. */
export const failed = (run: Run, errno: number): RunOutcome => ({
  errno,
  retval: run.attr?.retval ?? 0,
  dataOut: NOTHING,
  dataSizeOut: run.dataOutBytes ?? 0,
  ctxOut: NOTHING,
  ctxSizeOut: run.ctxOutBytes ?? 0,
});

/** The prog could not go on. */
export const faulted = (run: Run, fault: Fault): RunOutcome => ({ ...failed(run, 0), fault });

/** The prog returned, and nothing else comes out. */
export const returned = (run: Run, retval: number): RunOutcome =>
  isFieldUnwritable(run, 'retval') ? failed(run, EFAULT) : { ...failed(run, 0), retval };

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
 * `bpf_test_finish` and `bpf_ctx_finish` (net/bpf/test_run.c 6.1): packet, its size, retval and duration
 * are written in this order, even where the buffer was too short; the ctx and its size only where it was
 * not. What can't be written to ends the command, with EFAULT, or with ENOSPC where the buffer was too
 * short as well. A hint of 0 with a buffer means "all of it", of which
 * an outcome holds as much as the buffer does.
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
  const takesData = isGiven(run, 'data_out');
  if (takesData && headBytes < 0) return failed(run, ENOSPC);
  const faultErrno = isShort ? ENOSPC : EFAULT;
  if (takesData && copyBytes > 0 && isUnwritable(run, 'data_out')) return failed(run, faultErrno);
  const copied = takesData
    ? joined(head.subarray(0, headBytes), frags.subarray(0, copyBytes - headBytes))
    : NOTHING;
  let done: RunOutcome = { ...failed(run, faultErrno), dataOut: copied.subarray(0, hint) };
  if (isFieldUnwritable(run, 'data_size_out')) return told(run, done);
  done = { ...done, dataSizeOut: sizeBytes };
  if (isFieldUnwritable(run, 'retval')) return told(run, done);
  done = { ...done, retval };
  if (isShort || isFieldUnwritable(run, 'duration')) return told(run, done);
  if (ctx === null || run.ctxOutBytes === null) return { ...done, errno: 0 };
  const isCtxShort = run.ctxOutBytes < ctx.length;
  done = { ...done, errno: isCtxShort ? ENOSPC : EFAULT };
  if (isUnwritable(run, 'ctx_out')) return told(run, done);
  done = { ...done, ctxOut: ctx.slice(0, run.ctxOutBytes) };
  if (isFieldUnwritable(run, 'ctx_size_out')) return told(run, done);
  done = { ...done, ctxSizeOut: ctx.length };
  return isCtxShort ? told(run, done) : { ...done, errno: 0 };
}

/** After an errno that may be a fault's, of what was written nobody can tell zeros at its end. */
function told(run: Run, done: RunOutcome): RunOutcome {
  if (run.attr === undefined) return done;
  return { ...done, dataOut: beforeZeros(done.dataOut), ctxOut: beforeZeros(done.ctxOut) };
}

const beforeZeros = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);

function joined(head: Uint8Array, frags: Uint8Array): Uint8Array {
  if (frags.length === 0) return head;
  const bytes = new Uint8Array(head.length + frags.length);
  bytes.set(head);
  bytes.set(frags, head.length);
  return bytes;
}
