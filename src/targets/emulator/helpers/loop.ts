import { FORMS } from '../../../isa/forms.ts';
import { u32 } from '../../../isa/integers.ts';
import { Step } from '../code.ts';
import { E2BIG, EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { badArgument, type Helper, u32Argument } from './helper.ts';

/** `BPF_MAX_LOOPS`, include/linux/bpf.h. */
const LOOPS_MAX = 8n << 20n;

/**
 * `bpf_loop(nr_loops, callback_fn, callback_ctx, flags)`, kernel/bpf/bpf_iter.c 6.1: how often it
 * called, the call that asked for an end included. The verifier inlines it where it knows callback and
 * flags (`inline_bpf_loop`, kernel/bpf/verifier.c 6.1).
 */
export const loop: Helper = (machine) => {
  const { regs, release } = machine;
  const row = machine.pointers.functionRowOf(regs[2]);
  if (row === undefined || row >= machine.code.length) {
    badArgument(machine, 2, 'a function');
    return 0n;
  }
  if (regs[4] !== 0n) return failure(EINVAL);
  if (release.bpfLoop === 'inlined' && setsFlags(machine)) {
    return regs[1] > LOOPS_MAX ? u32(failure(E2BIG)) : repeat(machine, row, regs[1]);
  }
  const loops = BigInt(u32Argument(machine, 1));
  return loops > LOOPS_MAX ? failure(E2BIG) : repeat(machine, row, loops);
};

const FLAGS_REG = 4;
const FORM_NAMES = FORMS.map(({ name }) => name);
const MOVES: ReadonlySet<string> = new Set(['mov64.k', 'mov32.k']);
const JUMPS: ReadonlySet<number> = new Set([
  ...[Step.JUMP_X, Step.JUMP_K, Step.GOTO, Step.MAY_GOTO, Step.EXIT],
]);
const READS: ReadonlySet<number> = new Set([Step.STORE_X, Step.STORE_K]);

/**
 * Whether the verifier knows that the flags are 0: whether the last insn before the call that writes them
 * sets them to a number. Where a jump lies in between they are taken for known, as progs have them so.
 */
function setsFlags({ code, row }: Machine): boolean {
  for (let at = row - 1; at >= code.firstRows[code.prog[row]]; at--) {
    const step = code.step[at];
    if (JUMPS.has(step)) return true;
    if (READS.has(step) || code.dst[at] !== FLAGS_REG) continue;
    return step === Step.CONSTANT || MOVES.has(FORM_NAMES[code.form[at]]);
  }
  return true;
}

function repeat(machine: Machine, row: number, loops: bigint): bigint {
  const { regs } = machine;
  const callbackCtx = regs[3];
  for (let i = 0n; i < loops; i++) {
    machine.call(machine, row, i, callbackCtx);
    if (machine.fault !== null) return 0n;
    if (regs[0] !== 0n) return i + 1n;
  }
  return loops;
}
