import { KFUNC_MEMORY_BYTES, type KfuncName } from '../../../case/ksyms.ts';
import { u32 } from '../../../isa/integers.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from '../helpers/helper.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { numberIn } from '../registers.ts';

/** A kfunc is called as a helper is. */
export type Kfunc = Helper;

/** `u64 bpf_kfunc_call_test1(struct sock *sk, u32 a, u64 b, u32 c, u64 d)`: the sum. */
const test1: Kfunc = (machine) => {
  socketArgument(machine, 1);
  const { regs } = machine;
  return u32(regs[2]) + regs[3] + u32(regs[4]) + regs[5];
};

/** `int bpf_kfunc_call_test2(struct sock *sk, u32 a, u32 b)`: the sum; compilers leave zeros above. */
const test2: Kfunc = (machine) => {
  socketArgument(machine, 1);
  return u32(machine.regs[2] + machine.regs[3]);
};

/** `void bpf_kfunc_call_test_pass_ctx(struct __sk_buff *skb)` */
const passCtx: Kfunc = (machine) => {
  if (numberIn(machine.words, 1) !== machine.ctx.start) badArgument(machine, 1, 'the ctx');
  return 0n;
};

/** `void bpf_kfunc_call_test_pass1(struct prog_test_pass1 *p)` */
const pass1: Kfunc = (machine) => {
  memoryArgument(machine, 1, KFUNC_MEMORY_BYTES, Access.BOTH);
  return 0n;
};

/** `void bpf_kfunc_call_test_mem_len_pass1(void *mem, int mem__sz)` */
const memLenPass1: Kfunc = (machine) => {
  memoryArgument(machine, 1, u32Argument(machine, 2), Access.BOTH);
  return 0n;
};

/** What it does to the kernel doesn't show in a prog. */
const unseen: Kfunc = () => 0n;

/** By name: net/bpf/test_run.c, 6.1, and kernel/bpf/helpers.c, 6.12. */
export const KFUNC_RULES: Readonly<Record<KfuncName, Kfunc>> = {
  bpf_kfunc_call_test1: test1,
  bpf_kfunc_call_test2: test2,
  bpf_kfunc_call_test_pass_ctx: passCtx,
  bpf_kfunc_call_test_pass1: pass1,
  bpf_kfunc_call_test_mem_len_pass1: memLenPass1,
  bpf_rcu_read_lock: unseen,
  bpf_rcu_read_unlock: unseen,
  bpf_preempt_disable: unseen,
  bpf_preempt_enable: unseen,
};

function socketArgument(machine: Machine, reg: number): void {
  if (machine.regs[reg] !== machine.pointers.socket) badArgument(machine, reg, 'a socket');
}
