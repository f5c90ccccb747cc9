import type { Case } from '../case/case.ts';
import type { Outcome, TargetInfo } from '../targets/target.ts';
import type { Cause, Experiment } from './cause.ts';
import { HALF_SLOT } from './half-slot.ts';
import { LOST_ZERO_EXTENSION } from './lost-zero-extension.ts';
import { WIDENED_LOOPS } from './widened-loops.ts';
import { WORD_OFFSET } from './word-offset.ts';

/**
 * Every mistake of kernels that bpfdiff has found. One with an experiment is told in campaigns, which
 * would find it again and again until kernels mend it.
 */
export const CAUSES: readonly Cause[] = [
  LOST_ZERO_EXTENSION,
  HALF_SLOT,
  WORD_OFFSET,
  WIDENED_LOOPS,
  {
    name: 'atomic-fetch-is-not-precise',
    reason:
      'The verifier prunes a path although another constant lies in the stack slot that an atomic fetch reads there, and the branch that this path takes is removed as dead.',
    kernels: '6.18; 6.1, 6.12 and 7.2 are right',
    source: 'backtrack_insn, kernel/bpf/backtrack.c (7.2, which has is_atomic_fetch_insn for it)',
    shows: 'The retval of 6.18 is that of the path that another path was taken for.',
    cases: ['atomic-fetch-makes-its-slot-precise'],
  },
  {
    name: 'dead-callback-keeps-its-address',
    reason:
      'The callback of a bpf_loop of 0 times is never verified, so it is removed as dead code. The insn that takes its address stays, and the load ends with a warning and EFAULT.',
    kernels: '6.7 and later with a JIT (seen on 6.12, 6.18 and 7.2); 6.1 loads the prog',
    source:
      'opt_remove_dead_code and jit_subprogs, kernel/bpf/verifier.c (6.12) and fixups.c (7.2); callbacks are verified as called any number of times since ab5cfac139ab',
    shows:
      'A complaint: WARNING in jit_subprogs for the first such load since boot, EFAULT for each.',
    cases: ['dead-callback-keeps-its-address'],
  },
  {
    name: 'function-address-stays-relative',
    reason:
      'Where the only function but the first is never called, it is removed as dead code, and nothing puts its address into the insn that takes it: the prog sees a distance in slots, with 16 set bits above on arm64 and riscv64.',
    kernels: '6.1 and later with a JIT (seen on 6.1, 6.12 and 7.2)',
    source:
      'jit_subprogs: `if (env->subprog_cnt <= 1) return 0`, kernel/bpf/verifier.c (6.1, 6.12), bpf_jit_subprogs, kernel/bpf/fixups.c (7.2)',
    shows: 'A pointer to a function that is as small as 4.',
    cases: ['function-address-stays-relative'],
  },
  {
    name: 'lwt-in-has-no-dst',
    reason:
      'bpf_lwt_push_encap(BPF_LWT_ENCAP_SEG6) follows the route of the skb. BPF_PROG_RUN makes one for lwt_xmit only: a prog of type lwt_in follows a null pointer.',
    kernels: '5.10 and later (seen on 5.10, 6.1, 6.12 and 7.2)',
    source:
      'bpf_prog_test_run_skb, net/bpf/test_run.c; __seg6_do_srh_encap, net/ipv6/seg6_iptunnel.c (7.2)',
    shows: 'A crash: the kernel oopses in __seg6_do_srh_encap.',
    reportedIn: ['__seg6_do_srh_encap'],
    cases: ['lwt-in-has-no-dst'],
  },
  {
    name: 'checksum-of-less-than-nothing',
    reason:
      'An skb without a transport header has ~0 for its offset. Where its buffer is moved, pskb_expand_head adds to that, so that there seems to be one. The shortest length for bpf_skb_change_tail is then measured from it, and a packet that has grown by more than its headroom can be cut before its network header. BPF_PROG_RUN with BPF_F_TEST_SKB_CHECKSUM_COMPLETE sums a negative number of bytes.',
    kernels: 'those with the flag (seen on 6.1, 6.12 and 7.2)',
    source:
      '__bpf_skb_min_len, net/core/filter.c; skb_headers_offset_update and `BUG_ON(len)` of skb_checksum, net/core/skbuff.c; bpf_prog_test_run_skb, net/bpf/test_run.c (7.2)',
    shows: 'A crash: BUG in skb_checksum, or __skb_checksum up to 6.12.',
    reportedIn: ['__skb_checksum', 'skb_checksum'],
    cases: ['packet-cut-before-its-network-header'],
  },
  {
    name: 'tail-call-reads-behind-ctx',
    reason:
      'BPF_PROG_RUN of a raw_tracepoint or syscall prog takes as much ctx as the prog may read, or none. A prog that takes its place by a tail call may read more: what lies behind the ctx in memory, or a NULL pointer.',
    kernels: '5.10 and later (seen on 5.10, 6.1 and 7.2)',
    source:
      'bpf_prog_test_run_raw_tp and bpf_prog_test_run_syscall, net/bpf/test_run.c, which ask `max_ctx_offset` of the first prog alone (5.10 to 7.2)',
    shows:
      'A crash: NULL pointer dereference in a prog; or a retval that is something else each time.',
    cases: ['tail-call-reads-a-ctx-that-is-not-there'],
  },
  {
    name: 'trie-value-is-not-aligned',
    reason:
      'The value of an LPM trie lies where its key ends, at any address, and the verifier takes it to be aligned to 8 bytes as those of other maps. An atomic operation on it is an alignment fault where the machine wants such things aligned.',
    kernels: '4.11 and later on arm64 (seen on 7.2)',
    source:
      'trie_lookup_elem: `return (void *)found->data + trie->data_size`, kernel/bpf/lpm_trie.c (7.2)',
    shows: 'A crash: page fault in a prog ("alignment fault").',
    cases: ['trie-value-is-not-aligned'],
  },
  {
    name: 'interpreter-tail-calls-overflow',
    reason:
      'The interpreter has a stack for each prog that is as large as the verifier says. Since 6.9 that is what the prog itself uses, even where it tail-calls: a prog that takes its place and uses more writes over the stack of the kernel.',
    kernels: '6.9 and later without a JIT (seen on 6.12 and 7.2, x86-64 and s390x); 6.1 is right',
    source:
      'do_misc_fixups, kernel/bpf/verifier.c (6.12), which sets `stack_depth` anew behind `stack_depth = MAX_BPF_STACK` of tail calls; bpf_prog_select_func, kernel/bpf/core.c',
    shows: 'A crash: page faults anywhere, and on s390x a panic for an invalid stack pointer.',
    cases: ['interpreter-tail-call-overflows-the-stack'],
  },
  {
    name: 'private-stack-exception',
    reason:
      'Where a prog has a stack of its own, the JIT pushes r9 before each call. An exception callback begins at the stack pointer of the call of bpf_throw and pops one register too few: the caller of the prog is given wrong registers back.',
    kernels:
      '6.13 and later with the JIT of x86-64, in progs of tracing types that use 64 bytes of stack or more (seen on 7.2)',
    source: 'push_r9 and emit_prologue, arch/x86/net/bpf_jit_comp.c (7.2); bpf_throw, helpers.c',
    shows: 'A crash: a page fault in __bpf_prog_test_run_raw_tp.',
    reportedIn: ['__bpf_prog_test_run_raw_tp'],
    cases: ['exception-in-a-private-stack'],
  },
  {
    name: 'throw-miscounts-branches',
    reason:
      'Where a loop goes around the call of a subprog that ends with bpf_throw, the verifier loses count of the branches that are left to walk, warns, and refuses the prog.',
    kernels: '7.2 (6.12 loads the prog)',
    source: 'bpf_update_branch_counts, kernel/bpf/states.c (7.2)',
    shows: 'A complaint: WARNING in bpf_update_branch_counts, once a boot; EFAULT for each load.',
    reportedIn: ['bpf_update_branch_counts'],
    cases: ['throw-in-a-loop'],
  },
  {
    name: 'ppc64-shifts-are-not-masked',
    reason:
      'A shift by a register is not masked to the width: PowerPC looks at one bit more, and the interpreter and other JITs answer otherwise.',
    kernels: 'all up to 7.2, with the JIT of ppc64',
    source: 'bpf_jit_build_body, arch/powerpc/net/bpf_jit_comp64.c (7.2); RFC 9669 section 4.1',
    shows: 'sid-ppc64el:jit and :interp diverge.',
    cases: ['ppc64-shifts-are-not-masked'],
    emulated: 'POWERPC_SHIFTS, src/targets/emulator/arches.ts',
  },
  {
    name: 'write-only-value-is-read',
    reason:
      'A map with BPF_F_WRONLY_PROG has values that progs may not read. A dynptr of such a value is read all the same: by bpf_dynptr_read, and through what bpf_dynptr_data and bpf_dynptr_slice return.',
    kernels: 'those with dynptrs (seen on 6.1, 6.12 and 7.2)',
    source:
      'bpf_dynptr_from_mem, kernel/bpf/helpers.c (6.1), takes what may be written (MEM_UNINIT) and keeps no mark that it may not be read',
    shows: 'Nothing: all kernels do so.',
    cases: ['slice-of-a-write-only-value', 'data-of-a-write-only-value'],
    emulated: '`letRead`, src/targets/emulator/memory.ts',
  },
  {
    name: 'inlined-loop-compares-64-bits',
    reason:
      'bpf_loop takes a u32. Where the verifier puts insns in its place, they compare all 64 bits of the count, and answer -E2BIG as 32 bits.',
    kernels: '6.0 and later, with a JIT',
    source: 'inline_bpf_loop, kernel/bpf/verifier.c (6.1; commit 1ade23711971)',
    shows: 'Nothing: without a JIT no prog has callbacks, so that no two targets differ.',
    cases: ['inlined-loop-compares-64-bits'],
    emulated: '`bpfLoop`, src/targets/emulator/releases.ts',
  },
];

/** A mistake that can be told from others by an experiment. */
export type Explanation = Cause & { readonly experiment: Experiment };

/** A target, and how the case ended on it. */
export interface Concerned {
  readonly info: TargetInfo;
  readonly outcome: Outcome;
}

/** Causes with an experiment that may be behind it that these targets disagree about the case. */
export const causesFor = (targets: readonly Concerned[], testCase: Case): readonly Explanation[] =>
  CAUSES.filter(isTestable).filter(({ experiment: { concerns, endsAs } }) =>
    targets.some(
      ({ info, outcome }) =>
        concerns(info, testCase) && (endsAs === undefined || outcome.kind === endsAs),
    ),
  );

const isTestable = (cause: Cause): cause is Explanation => cause.experiment !== undefined;

/** The cause that a kernel's own report, such as `BUG in __skb_checksum (net/core/skbuff.c)`, comes from. */
export function causeReported(title: string): Cause | undefined {
  const where = / in (\w+)/.exec(title)?.[1];
  return CAUSES.find(({ reportedIn = [] }) => where !== undefined && reportedIn.includes(where));
}

/** The row of a name that a finding has, unless it is one of another bpfdiff. */
export const causeNamed = (name: string): Cause | undefined =>
  CAUSES.find((cause) => cause.name === name);
