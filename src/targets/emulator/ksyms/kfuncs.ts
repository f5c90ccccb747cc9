import { KFUNC_MEMORY_BYTES, type KfuncName } from '../../../case/ksyms.ts';
import { u32 } from '../../../isa/integers.ts';
import { badArgument, memoryArgument, u32Argument } from '../helpers/helper.ts';
import { xdpPullData } from '../helpers/xdp.ts';
import { type Machine, raise } from '../machine.ts';
import { Access } from '../memory.ts';
import { numberIn } from '../registers.ts';
import {
  dynptrAdjust,
  dynptrClone,
  dynptrCopy,
  dynptrFromSkb,
  dynptrFromSkbMeta,
  dynptrFromXdp,
  dynptrIsNull,
  dynptrIsRdonly,
  dynptrMemset,
  dynptrSize,
  dynptrSlice,
  dynptrSliceRdwr,
} from './dynptrs.ts';
import { iterBitsNew, iterBitsNext, iterDestroy, iterNumNew, iterNumNext } from './iterators.ts';
import { intResult, type Kfunc } from './kfunc.ts';
import { objDrop, objNew, refcountAcquire } from './own-objects.ts';
import { STRING_KFUNCS } from './strings.ts';

/** `u64 bpf_kfunc_call_test1(struct sock *sk, u32 a, u64 b, u32 c, u64 d)`: the sum. */
const test1: Kfunc = (machine) => {
  socketArgument(machine, 1);
  const { regs } = machine;
  return u32(regs[2]) + regs[3] + u32(regs[4]) + regs[5];
};

/** `int bpf_kfunc_call_test2(struct sock *sk, u32 a, u32 b)`: the sum. */
const test2: Kfunc = (machine) => {
  socketArgument(machine, 1);
  return intResult(machine, Number(u32(machine.regs[2] + machine.regs[3])));
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

/** `void *bpf_cast_to_kern_ctx(void *obj)`, which is a mov to the machine. */
const sameAddress: Kfunc = (machine) => machine.regs[1];

/** `void *bpf_rdonly_cast(const void *obj, u32 btf_id)`: the same, and loads through it can't fault. */
const rdonlyCast: Kfunc = (machine) => {
  machine.hasCast = true;
  return machine.regs[1];
};

/** `void bpf_throw(u64 cookie)`: what every function of the prog comes to an end by. */
const throwNumber: Kfunc = (machine) => {
  machine.thrown = machine.regs[1];
  raise(machine, 'bad-argument', machine.row, 'an exception that nothing took');
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
  bpf_local_irq_save: unseen,
  bpf_local_irq_restore: unseen,
  bpf_cast_to_kern_ctx: sameAddress,
  bpf_rdonly_cast: rdonlyCast,
  bpf_throw: throwNumber,
  bpf_obj_new_impl: objNew,
  bpf_obj_drop_impl: objDrop,
  bpf_refcount_acquire_impl: refcountAcquire,
  ...STRING_KFUNCS,
  bpf_dynptr_from_skb: dynptrFromSkb,
  bpf_dynptr_from_skb_meta: dynptrFromSkbMeta,
  bpf_dynptr_from_xdp: dynptrFromXdp,
  bpf_xdp_pull_data: xdpPullData,
  bpf_dynptr_slice: dynptrSlice,
  bpf_dynptr_slice_rdwr: dynptrSliceRdwr,
  bpf_dynptr_adjust: dynptrAdjust,
  bpf_dynptr_is_null: dynptrIsNull,
  bpf_dynptr_is_rdonly: dynptrIsRdonly,
  bpf_dynptr_size: dynptrSize,
  bpf_dynptr_clone: dynptrClone,
  bpf_dynptr_copy: dynptrCopy,
  bpf_dynptr_memset: dynptrMemset,
  bpf_iter_num_new: iterNumNew,
  bpf_iter_num_next: iterNumNext,
  bpf_iter_num_destroy: iterDestroy,
  bpf_iter_bits_new: iterBitsNew,
  bpf_iter_bits_next: iterBitsNext,
  bpf_iter_bits_destroy: iterDestroy,
};

function socketArgument(machine: Machine, reg: number): void {
  if (machine.regs[reg] !== machine.pointers.socket) badArgument(machine, reg, 'a socket');
}
