/**
 * What an argument of a kfunc is: any number, the ctx, a full socket, `KFUNC_MEMORY_BYTES` bytes that
 * can be read, how many of the bytes before it are meant, a string of up to 31 characters or one of up to
 * 15 (or NULL), a character, how many characters count, how many bytes of a packet, or 0.
 */
export type KfuncArg =
  | 'scalar'
  | 'ctx'
  | 'socket'
  | 'memory'
  | 'length'
  | 'string'
  | 'pattern'
  | 'character'
  | 'count'
  | 'pulled'
  | 'zero';

/** Bytes that an argument `memory` needs. */
export const KFUNC_MEMORY_BYTES = 16;

/** A function of the kernel that progs may call. */
export interface Kfunc {
  readonly name: string;
  readonly args: readonly KfuncArg[];
  /** What r0 holds afterwards: nothing that may be read, a number, or a pointer to readable memory. */
  readonly returns: 'nothing' | 'scalar' | 'memory';
  /** Packet pointers are void behind it. */
  readonly movesPacket?: true;
}

/**
 * Two kfuncs of which the second undoes the first on every way to the exit: without arguments, or both
 * with a pointer to 8 bytes of the stack that the kernel keeps something in.
 */
export interface KfuncPair {
  readonly begin: string;
  readonly end: string;
  readonly args: readonly [] | readonly ['object'];
}

/**
 * The kfuncs of an open-coded iterator, which lies on the stack: one that begins it, one that gives a
 * pointer to the next 32-bit number or NULL, and one that must end it on every way to the exit.
 */
export interface IteratorKfuncs {
  readonly begin: string;
  readonly next: string;
  readonly end: string;
  /** Of the iterator, aligned to 8 bytes. */
  readonly sizeBytes: 8 | 16;
  /** What `begin` takes behind the iterator: two numbers, or a pointer and how many u64 lie there. */
  readonly over: 'range' | 'words';
}

/**
 * What an argument of a kfunc for dynptrs is: an initialised dynptr or room for one, the ctx, any number,
 * memory or NULL with its constant length behind it.
 */
export type DynptrArg = 'dynptr' | 'new-dynptr' | 'ctx' | 'scalar' | 'buffer' | 'length';

/** A kfunc that makes a dynptr, or does something with one. */
export interface DynptrKfunc {
  readonly name: string;
  readonly args: readonly DynptrArg[];
  /** A pointer is NULL, or leads to as many bytes as the length says. */
  readonly returns: 'int' | 'bool' | 'readable' | 'writable';
}

/** A variable of the kernel, one for each CPU, that always holds the same when progs run. */
export interface PerCpuVariable {
  readonly name: string;
  readonly sizeBytes: 4;
}

/**
 * Kernel functions whose results depend on nothing but their arguments: net/bpf/test_run.c, 5.18 to 6.2,
 * for sched_cls; kernel/bpf/helpers.c, for all types, casts since 6.2 and strings since 6.17;
 * net/core/filter.c, for xdp, since 6.18.
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
  { name: 'bpf_cast_to_kern_ctx', args: ['ctx'], returns: 'nothing' },
  { name: 'bpf_rdonly_cast', args: ['memory', 'zero'], returns: 'memory' },
  { name: 'bpf_xdp_pull_data', args: ['ctx', 'pulled'], returns: 'scalar', movesPacket: true },
  { name: 'bpf_strcmp', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strcasecmp', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strncasecmp', args: ['string', 'pattern', 'count'], returns: 'scalar' },
  { name: 'bpf_strnchr', args: ['string', 'count', 'character'], returns: 'scalar' },
  { name: 'bpf_strchr', args: ['string', 'character'], returns: 'scalar' },
  { name: 'bpf_strchrnul', args: ['string', 'character'], returns: 'scalar' },
  { name: 'bpf_strrchr', args: ['string', 'character'], returns: 'scalar' },
  { name: 'bpf_strnlen', args: ['string', 'count'], returns: 'scalar' },
  { name: 'bpf_strlen', args: ['string'], returns: 'scalar' },
  { name: 'bpf_strspn', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strcspn', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strstr', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strcasestr', args: ['string', 'pattern'], returns: 'scalar' },
  { name: 'bpf_strnstr', args: ['string', 'pattern', 'count'], returns: 'scalar' },
  { name: 'bpf_strncasestr', args: ['string', 'pattern', 'count'], returns: 'scalar' },
] as const satisfies readonly Kfunc[];

/**
 * Kfuncs for memory of a prog's own (kernel/bpf/helpers.c, since 6.2 and 6.4): of the type that
 * `OBJECT_TYPE` stands for in the BTF that a target gives progs, 24 bytes and a reference count.
 */
export const OBJECT_KFUNCS = {
  make: 'bpf_obj_new_impl',
  drop: 'bpf_obj_drop_impl',
  acquire: 'bpf_refcount_acquire_impl',
} as const;
/** A BTF id: see src/targets/kernel/agent/prog-btf.c. */
export const OBJECT_TYPE = 6;
/** Of it that progs read and write: three u64. */
export const OBJECT_BYTES = 24;

/** Ends the prog from within any of its functions with a number (kernel/bpf/helpers.c, since 6.7). */
export const THROW = 'bpf_throw';

/** kernel/bpf/helpers.c, for all prog types: since 6.2, 6.10 and 6.14. */
export const KFUNC_PAIRS = [
  { begin: 'bpf_rcu_read_lock', end: 'bpf_rcu_read_unlock', args: [] },
  { begin: 'bpf_preempt_disable', end: 'bpf_preempt_enable', args: [] },
  { begin: 'bpf_local_irq_save', end: 'bpf_local_irq_restore', args: ['object'] },
] as const satisfies readonly KfuncPair[];

/** kernel/bpf/bpf_iter.c and helpers.c, for all prog types: since 6.4 and 6.11. */
export const ITERATORS = [
  {
    begin: 'bpf_iter_num_new',
    next: 'bpf_iter_num_next',
    end: 'bpf_iter_num_destroy',
    sizeBytes: 8,
    over: 'range',
  },
  {
    begin: 'bpf_iter_bits_new',
    next: 'bpf_iter_bits_next',
    end: 'bpf_iter_bits_destroy',
    sizeBytes: 16,
    over: 'words',
  },
] as const satisfies readonly IteratorKfuncs[];

/**
 * net/core/filter.c: for types whose ctx is an skb and for xdp, since 6.4, and for sched_cls and _act, since
 * 6.18.
 */
export const DYNPTR_SOURCES = [
  { name: 'bpf_dynptr_from_skb', args: ['ctx', 'scalar', 'new-dynptr'], returns: 'int' },
  { name: 'bpf_dynptr_from_skb_meta', args: ['ctx', 'scalar', 'new-dynptr'], returns: 'int' },
  { name: 'bpf_dynptr_from_xdp', args: ['ctx', 'scalar', 'new-dynptr'], returns: 'int' },
] as const satisfies readonly DynptrKfunc[];

/** kernel/bpf/helpers.c, for all prog types: since 6.4, `copy` since 6.16 and `memset` since 6.17. */
export const DYNPTR_KFUNCS = [
  {
    name: 'bpf_dynptr_slice',
    args: ['dynptr', 'scalar', 'buffer', 'length'],
    returns: 'readable',
  },
  {
    name: 'bpf_dynptr_slice_rdwr',
    args: ['dynptr', 'scalar', 'buffer', 'length'],
    returns: 'writable',
  },
  { name: 'bpf_dynptr_adjust', args: ['dynptr', 'scalar', 'scalar'], returns: 'int' },
  { name: 'bpf_dynptr_is_null', args: ['dynptr'], returns: 'bool' },
  { name: 'bpf_dynptr_is_rdonly', args: ['dynptr'], returns: 'bool' },
  { name: 'bpf_dynptr_size', args: ['dynptr'], returns: 'int' },
  { name: 'bpf_dynptr_clone', args: ['dynptr', 'new-dynptr'], returns: 'int' },
  {
    name: 'bpf_dynptr_copy',
    args: ['dynptr', 'scalar', 'dynptr', 'scalar', 'scalar'],
    returns: 'int',
  },
  { name: 'bpf_dynptr_memset', args: ['dynptr', 'scalar', 'scalar', 'scalar'], returns: 'int' },
] as const satisfies readonly DynptrKfunc[];

/**
 * `bpf_prog_active` counts what keeps tracing progs from running (kernel/bpf/syscall.c, 6.1), which
 * BPF_PROG_RUN of other types doesn't.
 */
export const PER_CPU_VARIABLES = [
  { name: 'bpf_prog_active', sizeBytes: 4 },
] as const satisfies readonly PerCpuVariable[];

type KfuncPairName = (typeof KFUNC_PAIRS)[number];
type IteratorName = (typeof ITERATORS)[number];
/** The kfuncs above, those of pairs and iterators, those for dynptrs. */
export type KfuncName =
  | (typeof KFUNCS)[number]['name']
  | KfuncPairName['begin']
  | KfuncPairName['end']
  | IteratorName['begin' | 'next' | 'end']
  | typeof THROW
  | (typeof OBJECT_KFUNCS)[keyof typeof OBJECT_KFUNCS]
  | (typeof DYNPTR_SOURCES | typeof DYNPTR_KFUNCS)[number]['name'];

/** The kernel symbols that are known by name: generated, probed for, and emulated. */
export const KSYM_NAMES: readonly string[] = [
  ...KFUNCS.map(({ name }) => name),
  ...KFUNC_PAIRS.flatMap(({ begin, end }) => [begin, end]),
  ...ITERATORS.flatMap(({ begin, next, end }) => [begin, next, end]),
  THROW,
  ...Object.values(OBJECT_KFUNCS),
  ...DYNPTR_SOURCES.map(({ name }) => name),
  ...DYNPTR_KFUNCS.map(({ name }) => name),
  ...PER_CPU_VARIABLES.map(({ name }) => name),
];
