import type { Run } from '../../../case/case.ts';
import type { RunOutcome } from '../../target.ts';
import { EINVAL } from '../errno.ts';
import { beginFrame, execute } from '../interpreter.ts';
import type { Machine } from '../machine.ts';
import { LOW } from '../registers.ts';
import { failed } from './answer.ts';
import type { RunSession } from './rules.ts';

/** `bpf_prog_test_run`, kernel/bpf/syscall.c 6.1: the checks that all types share, then the type's. */
export function runProg(session: RunSession, run: Run): RunOutcome {
  const { machine, rule } = session;
  // A field that the kernel's `bpf_attr` lacks must be zero.
  if (machine.release.batchSize === 'unknown' && run.batchSize !== 0) return failed(run, EINVAL);
  if (run.ctx?.sizeBytes === 0 || run.ctxOutBytes === 0) return failed(run, EINVAL);
  return rule.run(session, run);
}

/**
 * `bpf_test_run`: the prog `repeat` times (0: once) on the same ctx and packet. The last answer, u32;
 * undefined where it faulted.
 */
export function executeProg(
  machine: Machine,
  repeat: number,
  stepsMax: number,
): number | undefined {
  machine.fault = null;
  machine.stepsLeft = stepsMax;
  for (let i = 0; i < Math.max(1, repeat); i++) {
    machine.depth = 0;
    machine.tailCalls[0] = 0;
    machine.regs.fill(0n);
    machine.regs[1] = BigInt(machine.ctx.start);
    beginFrame(machine);
    execute(machine, 0);
    if (machine.fault !== null) return undefined;
  }
  return machine.words[LOW];
}
