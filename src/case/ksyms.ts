/**
 * What an argument of a kfunc is: any number, the ctx, a full socket, `KFUNC_MEMORY_BYTES` bytes that
 * can be read, or how many of the bytes before it are meant.
 */
export type KfuncArg = 'scalar' | 'ctx' | 'socket' | 'memory' | 'length';

/** Bytes that an argument `memory` needs. */
export const KFUNC_MEMORY_BYTES = 16;

/** A function of the kernel that progs may call. */
export interface Kfunc {
  readonly name: string;
  readonly args: readonly KfuncArg[];
  /** What r0 holds afterwards: nothing that may be read, or a number. */
  readonly returns: 'nothing' | 'scalar';
}

/** Two kfuncs without arguments of which the second undoes the first on every way to the exit. */
export interface KfuncPair {
  readonly begin: string;
  readonly end: string;
}

/** A variable of the kernel, one for each CPU, that always holds the same when progs run. */
export interface PerCpuVariable {
  readonly name: string;
  readonly sizeBytes: 4;
}

/**
 * Kernel functions whose results depend on nothing but their arguments, by prog types and releases that
 * have them: net/bpf/test_run.c, 5.18 to 6.2, for sched_cls.
 */
export const KFUNCS = [
  {
    name: 'bpf_kfunc_call_test1',
    args: ['socket', 'scalar', 'scalar', 'scalar', 'scalar'],
    returns: 'scalar',
  },
  { name: 'bpf_kfunc_call_test2', args: ['socket', 'scalar', 'scalar'], returns: 'scalar' },
  { name: 'bpf_kfunc_call_test_pass_ctx', args: ['ctx'], returns: 'nothing' },
  { name: 'bpf_kfunc_call_test_pass1', args: ['memory'], returns: 'nothing' },
  {
    name: 'bpf_kfunc_call_test_mem_len_pass1',
    args: ['memory', 'length'],
    returns: 'nothing',
  },
] as const satisfies readonly Kfunc[];

/** kernel/bpf/helpers.c, for all prog types: since 6.2 and 6.10. */
export const KFUNC_PAIRS = [
  { begin: 'bpf_rcu_read_lock', end: 'bpf_rcu_read_unlock' },
  { begin: 'bpf_preempt_disable', end: 'bpf_preempt_enable' },
] as const satisfies readonly KfuncPair[];

/**
 * `bpf_prog_active` counts what keeps tracing progs from running (kernel/bpf/syscall.c, 6.1), which
 * BPF_PROG_RUN of other types doesn't.
 */
export const PER_CPU_VARIABLES = [
  { name: 'bpf_prog_active', sizeBytes: 4 },
] as const satisfies readonly PerCpuVariable[];

type KfuncPairName = (typeof KFUNC_PAIRS)[number];
/** The kfuncs above, and those of pairs. */
export type KfuncName =
  | (typeof KFUNCS)[number]['name']
  | KfuncPairName['begin']
  | KfuncPairName['end'];

/** The kernel symbols that are known by name: generated, probed for, and emulated. */
export const KSYM_NAMES: readonly string[] = [
  ...KFUNCS.map(({ name }) => name),
  ...KFUNC_PAIRS.flatMap(({ begin, end }) => [begin, end]),
  ...PER_CPU_VARIABLES.map(({ name }) => name),
];
