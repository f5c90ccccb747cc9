import { type HelperName, helperId } from '../../../isa/helpers.ts';

/** `bpf_base_func_proto`, kernel/bpf/helpers.c 6.1: what progs of every type may call. */
const BASE: readonly HelperName[] = [
  ...(['map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns'] as const),
  ...(['trace_printk', 'get_prandom_u32', 'get_smp_processor_id', 'loop'] as const),
  ...(['per_cpu_ptr', 'this_cpu_ptr'] as const),
];

/** Ids of the helpers of every type, and of those named. */
export const baseHelpers = (...more: readonly HelperName[]): ReadonlySet<number> =>
  new Set([...BASE, ...more].map((name) => helperId(name)!));
