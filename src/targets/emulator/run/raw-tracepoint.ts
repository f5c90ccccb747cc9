import type { Run } from '../../../case/case.ts';
import { RAW_TP_ARGS } from '../../../case/ctx.ts';
import { BPF_F_SLEEPABLE } from '../../../case/prog-type.ts';
import type { RunOutcome } from '../../target.ts';
import { EFAULT, EINVAL, ENXIO } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { failed, faulted, returned } from './answer.ts';
import { enterBytes, hasMore, shortCtx, unsureCtx } from './plain-ctx.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isUnreadable } from './user-memory.ts';

/** BPF_F_TEST_RUN_ON_CPU; the command looks at no other flag. */
const RUN_ON_CPU = 1;

/** Its args are read as they come, any aligned part of them (`raw_tp_prog_is_valid_access`). */
export const RAW_TRACEPOINT: RunRule = {
  helpers: offeredTo('raw_tracepoint'),
  ctx: { layout: RAW_TP_ARGS, kernelBytes: {}, stores: {}, writeBack: [] },
  run: runRawTracepoint,
  unsupported: (run, machine) => [
    ...unsureCtx(run, machine),
    ...((run.flags & RUN_ON_CPU) !== 0 && run.cpu !== 0 && run.cpu < machine.linux.cpus
      ? ['run on another CPU']
      : []),
  ],
};

/** `bpf_prog_test_run_raw_tp`, net/bpf/test_run.c 6.1; the sleepable ones 7.2. */
function runRawTracepoint(session: RunSession, run: Run): RunOutcome {
  const { machine, testCase } = session;
  const isOnCpu = (run.flags & RUN_ON_CPU) !== 0;
  if (hasMore(run)) return failed(run, EINVAL);
  if (run.repeat !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  const ctxBytes = run.ctx?.sizeBytes ?? 0;
  if (shortCtx(run, machine) || ctxBytes > RAW_TP_ARGS.sizeBytes) return failed(run, EINVAL);
  if (!isOnCpu && run.cpu !== 0) return failed(run, EINVAL);
  if (isOnCpu && (testCase.progFlags & BPF_F_SLEEPABLE) !== 0) return failed(run, EINVAL);
  if (run.ctx !== null && isUnreadable(run, 'ctx_in')) return failed(run, EFAULT);
  if (isOnCpu && run.cpu >= machine.linux.cpus) return failed(run, ENXIO);
  enterBytes(session, run);
  const retval = session.execute(1);
  return retval === undefined ? faulted(run, machine.fault!) : returned(run, retval);
}
