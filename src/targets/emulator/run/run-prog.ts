import type { Run } from '../../../case/case.ts';
import type { RunOutcome } from '../../target.ts';
import { beginFrame, execute } from '../interpreter.ts';
import type { Machine } from '../machine.ts';
import { LOW } from '../registers.ts';
import { failed } from './answer.ts';
import { checkCommand } from './command.ts';
import type { Iteration, RunSession } from './rules.ts';

/** `bpf_prog_test_run`, kernel/bpf/syscall.c 6.1: the checks that all types share, then the type's. */
export function runProg(session: RunSession, run: Run): RunOutcome {
  const { machine, rule } = session;
  const errno = checkCommand(machine, run);
  if (errno !== 0) return failed(run, errno);
  machine.packet = null;
  machine.xdp = null;
  machine.traced = null;
  machine.ctx.pointer = machine.ctx.start;
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
  each?: Iteration,
): number | undefined {
  machine.fault = null;
  for (const { storage, localStorage } of machine.maps) {
    storage?.clear();
    if (localStorage?.owner === 'socket') localStorage.remove();
  }
  machine.stepsLeft = stepsMax;
  for (let i = 0; i < Math.max(1, repeat); i++) {
    each?.begin();
    machine.depth = 0;
    machine.tailCalls[0] = 0;
    machine.regs.fill(machine.pointers.task);
    machine.regs[1] = BigInt(machine.ctx.pointer);
    beginFrame(machine);
    execute(machine, 0);
    catchThrown(machine);
    if (machine.fault !== null) return undefined;
    each?.end(machine.words[LOW]);
  }
  return machine.words[LOW];
}

/** The default exception callback: the prog answers what was thrown (kernel/bpf/verifier.c 6.12). */
function catchThrown(machine: Machine): void {
  if (machine.thrown === null) return;
  machine.regs[0] = machine.thrown;
  machine.fault = null;
  machine.thrown = null;
}
