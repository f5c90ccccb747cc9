import { E2BIG, EINVAL, failure } from '../errno.ts';
import { functionRowOf } from '../pointers.ts';
import { badArgument, type Helper, u32Argument } from './helper.ts';

/** `BPF_MAX_LOOPS`, include/linux/bpf.h. */
const LOOPS_MAX = 8 << 20;

/**
 * `bpf_loop(nr_loops, callback_fn, callback_ctx, flags)`, kernel/bpf/bpf_iter.c 6.1: how often it
 * called, the call that asked for an end included.
 */
export const loop: Helper = (machine) => {
  const { regs } = machine;
  const loops = u32Argument(machine, 1);
  const row = functionRowOf(regs[2]);
  const callbackCtx = regs[3];
  if (row === undefined || row >= machine.code.length) {
    badArgument(machine, 2, 'a function');
    return 0n;
  }
  if (regs[4] !== 0n) return failure(EINVAL);
  if (loops > LOOPS_MAX) return failure(E2BIG);
  for (let i = 0; i < loops; i++) {
    machine.call(machine, row, BigInt(i), callbackCtx);
    if (machine.fault !== null) return 0n;
    if (regs[0] !== 0n) return BigInt(i + 1);
  }
  return BigInt(loops);
};
