import { EINVAL, EOPNOTSUPP, failure } from '../errno.ts';
import type { Machine, TracedCall } from '../machine.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

/*
 * What a traced function was called with, and what it returned: the ctx has both, one behind the other
 * (kernel/trace/bpf_trace.c 6.1, and kernel/bpf/verifier.c, which puts insns in the place of the calls).
 */

/** `bpf_get_func_arg(ctx, n, value)` */
export const getFuncArg: Helper = (machine) => {
  const { args } = tracedCall(machine);
  const index = u32Argument(machine, 2);
  return index < args ? give(machine, 3, index) : failure(EINVAL);
};

/** `bpf_get_func_ret(ctx, value)`: progs at the entry of a function know nothing of it. */
export const getFuncRet: Helper = (machine) => {
  const { args, result } = tracedCall(machine);
  return result === 'known' ? give(machine, 2, args) : failure(EOPNOTSUPP);
};

/** `bpf_get_func_arg_cnt(ctx)` */
export const getFuncArgCnt: Helper = (machine) => BigInt(tracedCall(machine).args);

/**
 * `bpf_get_attach_cookie(ctx)`, kernel/trace/bpf_trace.c: 0 where a prog is attached without one, and in
 * BPF_PROG_RUN of raw tracepoints (`__bpf_prog_test_run_raw_tp`, net/bpf/test_run.c 6.12).
 */
export const getAttachCookie: Helper = () => 0n;

function tracedCall(machine: Machine): TracedCall {
  if (machine.traced !== null) return machine.traced;
  badArgument(machine, 1, 'the ctx of a traced function');
  return { args: 0, result: 'unknown' };
}

/** Copies the ctx's value of that index to where a register points. */
function give(machine: Machine, reg: number, index: number): bigint {
  const to = memoryArgument(machine, reg, 8, Access.WRITE);
  const from = machine.ctx.start + 8 * index;
  if (to !== 0) machine.memory.bytes.copyWithin(to, from, from + 8);
  return 0n;
}
