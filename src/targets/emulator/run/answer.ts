import type { Run } from '../../../case/case.ts';
import type { Fault, RunOutcome } from '../../target.ts';
import { ENOSPC } from '../errno.ts';
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

/** The prog returned, and nothing else comes out. */
export const returned = (run: Run, retval: number): RunOutcome => ({ ...failed(run, 0), retval });

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
      : joined(head.subarray(0, headBytes), frags.subarray(0, copyBytes - headBytes)).subarray(
          0,
          hint,
        );
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

function joined(head: Uint8Array, frags: Uint8Array): Uint8Array {
  if (frags.length === 0) return head;
  const bytes = new Uint8Array(head.length + frags.length);
  bytes.set(head);
  bytes.set(frags, head.length);
  return bytes;
}
