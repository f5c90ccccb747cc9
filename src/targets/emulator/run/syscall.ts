import type { Run } from '../../../case/case.ts';
import { encodeCtx, SYSCALL_CTX } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EFAULT, EINVAL } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { failed, faulted, returned } from './answer.ts';
import { enterBytes, hasMore, shortCtx, unsureCtx } from './plain-ctx.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isFieldUnwritable, isUnreadable, isUnwritable } from './user-memory.ts';

const CTX_BYTES_MAX = 0xffff;

/** Its ctx is plain memory, of which it accesses any aligned part (`syscall_prog_is_valid_access`). */
export const SYSCALL: RunRule = {
  helpers: offeredTo('syscall'),
  ctx: {
    layout: SYSCALL_CTX,
    kernelBytes: {},
    stores: Object.fromEntries(SYSCALL_CTX.fields.map(({ name }) => [name, 'bytes'] as const)),
    writeBack: [],
  },
  run: runSyscall,
  unsupported: unsureCtx,
};

/**
 * `bpf_prog_test_run_syscall`, net/bpf/test_run.c 6.1. The whole ctx is written back to `ctx_in`, which
 * an outcome tells as `ctxOut`; `cpu` is not looked at.
 */
function runSyscall(session: RunSession, run: Run): RunOutcome {
  const { machine } = session;
  if (hasMore(run)) return failed(run, EINVAL);
  if (run.repeat !== 0 || run.flags !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  const ctxBytes = run.ctx?.sizeBytes ?? 0;
  if (shortCtx(run, machine) || ctxBytes > CTX_BYTES_MAX) return failed(run, EINVAL);
  if (run.ctx !== null && isUnreadable(run, 'ctx_in')) return failed(run, EFAULT);
  enterBytes(session, run);
  const retval = session.execute(1);
  if (retval === undefined) return faulted(run, machine.fault!);
  if (isFieldUnwritable(run, 'retval')) return failed(run, EFAULT);
  if (run.ctx !== null && isUnwritable(run, 'ctx_in')) {
    return { ...failed(run, EFAULT), retval };
  }
  // What lies behind the words that progs reach stays as it came.
  const { fields } = run.ctx ?? { fields: {} };
  const ctxOut = encodeCtx(SYSCALL_CTX, fields, ctxBytes, machine.littleEndian).slice();
  const { start, sizeBytes } = machine.ctx;
  ctxOut.set(machine.memory.bytes.subarray(start, start + Math.min(ctxBytes, sizeBytes)));
  return { ...returned(run, retval), ctxOut };
}
