import type { ProgType } from '../../../case/prog-type.ts';
import { type HelperName, helperId } from '../../../isa/helpers.ts';
import { HELPER_RULES } from './helpers.ts';

/** The releases whose lists of helpers were read. What came between two of them stands with the later. */
export type Since = '5.10' | '6.1' | '6.12' | '6.18';
type Offer = Readonly<Partial<Record<Since, readonly HelperName[]>>>;

/** `bpf_base_func_proto`, kernel/bpf/helpers.c: for progs of every type. */
const BASE: Offer = {
  '5.10': [
    ...(['map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns'] as const),
    ...(['trace_printk', 'get_prandom_u32', 'get_smp_processor_id', 'tail_call'] as const),
    ...(['get_current_task', 'get_numa_node_id', 'map_push_elem', 'map_pop_elem'] as const),
    ...(['map_peek_elem', 'spin_lock', 'spin_unlock', 'probe_read_user'] as const),
    ...(['probe_read_kernel', 'probe_read_user_str', 'probe_read_kernel_str'] as const),
    ...(['jiffies64', 'ktime_get_boot_ns', 'ringbuf_output', 'ringbuf_reserve'] as const),
    ...(['ringbuf_submit', 'ringbuf_discard', 'ringbuf_query', 'snprintf_btf'] as const),
    ...(['per_cpu_ptr', 'this_cpu_ptr'] as const),
  ],
  '6.1': [
    ...(['strtol', 'strtoul', 'get_current_task_btf', 'for_each_map_elem', 'snprintf'] as const),
    ...(['timer_init', 'timer_set_callback', 'timer_start', 'timer_cancel'] as const),
    ...(['task_pt_regs', 'trace_vprintk', 'loop', 'strncmp', 'kptr_xchg'] as const),
    ...(['map_lookup_percpu_elem', 'dynptr_from_mem', 'ringbuf_reserve_dynptr'] as const),
    ...(['ringbuf_submit_dynptr', 'ringbuf_discard_dynptr', 'dynptr_read'] as const),
    ...(['dynptr_write', 'dynptr_data', 'ktime_get_tai_ns', 'user_ringbuf_drain'] as const),
  ],
  '6.12': [
    ...(['get_current_pid_tgid', 'get_current_cgroup_id', 'get_ns_current_pid_tgid'] as const),
    ...(['get_current_ancestor_cgroup_id', 'cgrp_storage_get', 'cgrp_storage_delete'] as const),
  ],
  '6.18': [
    ...(['get_current_uid_gid', 'get_current_comm', 'get_cgroup_classid'] as const),
    ...(['perf_event_read', 'current_task_under_cgroup', 'perf_event_read_value'] as const),
    ...(['send_signal', 'send_signal_thread', 'get_task_stack', 'copy_from_user'] as const),
    ...(['task_storage_get', 'task_storage_delete', 'get_branch_snapshot', 'find_vma'] as const),
    ...(['copy_from_user_task'] as const),
  ],
};

/** `bpf_sk_base_func_proto`, net/core/filter.c. */
const SOCKETS: Offer = {
  '5.10': [
    ...(['skc_to_tcp6_sock', 'skc_to_tcp_sock', 'skc_to_tcp_timewait_sock'] as const),
    ...(['skc_to_tcp_request_sock', 'skc_to_udp6_sock'] as const),
  ],
  '6.1': ['ktime_get_coarse_ns', 'skc_to_unix_sock', 'skc_to_mptcp_sock'],
};

/** `lwt_out_func_proto` */
const LWT: Offer = {
  '5.10': [
    ...(['get_cgroup_classid', 'get_route_realm', 'perf_event_output', 'skb_load_bytes'] as const),
    ...(['csum_diff', 'skb_under_cgroup', 'get_hash_recalc', 'skb_pull_data'] as const),
  ],
};

/** `tc_cls_act_func_proto` */
const SCHED: Offer = {
  '5.10': [
    ...(['skb_store_bytes', 'l3_csum_replace', 'l4_csum_replace', 'clone_redirect'] as const),
    ...(['get_cgroup_classid', 'skb_vlan_push', 'skb_vlan_pop', 'skb_get_tunnel_key'] as const),
    ...(['skb_set_tunnel_key', 'redirect', 'get_route_realm', 'perf_event_output'] as const),
    ...(['skb_load_bytes', 'csum_diff', 'skb_get_tunnel_opt', 'skb_set_tunnel_opt'] as const),
    ...(['skb_change_proto', 'skb_change_type', 'skb_under_cgroup', 'get_hash_recalc'] as const),
    ...(['skb_change_tail', 'skb_pull_data', 'csum_update', 'set_hash_invalid'] as const),
    ...(['skb_change_head', 'get_socket_cookie', 'get_socket_uid', 'set_hash'] as const),
    ...(['skb_adjust_room', 'skb_get_xfrm_state', 'skb_load_bytes_relative'] as const),
    ...(['fib_lookup', 'skb_cgroup_id', 'skb_ancestor_cgroup_id', 'sk_lookup_tcp'] as const),
    ...(['sk_lookup_udp', 'sk_release', 'sk_fullsock', 'tcp_sock', 'skb_ecn_set_ce'] as const),
    ...(['get_listener_sock', 'skc_lookup_tcp', 'tcp_check_syncookie', 'sk_storage_get'] as const),
    ...(['sk_storage_delete', 'tcp_gen_syncookie', 'sk_assign', 'csum_level'] as const),
    ...(['skb_cgroup_classid', 'redirect_neigh', 'redirect_peer'] as const),
  ],
  '6.1': [
    ...(['check_mtu', 'skb_set_tstamp', 'tcp_raw_gen_syncookie_ipv4'] as const),
    ...(['tcp_raw_gen_syncookie_ipv6', 'tcp_raw_check_syncookie_ipv4'] as const),
    ...(['tcp_raw_check_syncookie_ipv6'] as const),
  ],
  '6.18': ['get_netns_cookie'],
};

/** `bpf_tracing_func_proto`, kernel/trace/bpf_trace.c. */
const TRACING: Offer = {
  '5.10': [
    ...(['probe_read', 'get_current_pid_tgid', 'get_current_uid_gid', 'get_current_comm'] as const),
    ...(['perf_event_read', 'perf_event_output', 'get_stackid'] as const),
    ...(['current_task_under_cgroup', 'probe_read_str', 'perf_event_read_value'] as const),
    ...(['get_stack', 'get_current_cgroup_id', 'send_signal', 'send_signal_thread'] as const),
    ...(['get_ns_current_pid_tgid', 'get_task_stack'] as const),
  ],
  '6.1': [
    ...(['get_current_ancestor_cgroup_id', 'task_storage_get', 'task_storage_delete'] as const),
    ...(['get_func_ip', 'get_branch_snapshot', 'find_vma'] as const),
  ],
};

/**
 * By prog type, what net/core/filter.c, kernel/trace/bpf_trace.c and kernel/bpf/syscall.c let it call:
 * found by probing 5.10.262, 6.1.192, 6.12.117 and 7.2.13. Progs of struct_ops may call none.
 */
const OFFERS: Readonly<Partial<Record<ProgType, readonly Offer[]>>> = {
  socket_filter: [
    BASE,
    SOCKETS,
    {
      '5.10': [
        ...([
          'perf_event_output',
          'skb_load_bytes',
          'get_socket_cookie',
          'get_socket_uid',
        ] as const),
        ...(['skb_load_bytes_relative'] as const),
      ],
      '6.18': ['get_netns_cookie'],
    },
  ],
  sched_cls: [BASE, SOCKETS, SCHED],
  sched_act: [BASE, SOCKETS, SCHED],
  cgroup_skb: [
    BASE,
    SOCKETS,
    {
      '5.10': [
        ...([
          'perf_event_output',
          'skb_load_bytes',
          'get_socket_cookie',
          'get_socket_uid',
        ] as const),
        ...(['skb_load_bytes_relative', 'skb_cgroup_id', 'get_local_storage'] as const),
        ...(['skb_ancestor_cgroup_id', 'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release'] as const),
        ...(['sk_fullsock', 'tcp_sock', 'skb_ecn_set_ce', 'get_listener_sock'] as const),
        ...(['skc_lookup_tcp', 'sk_storage_get', 'sk_storage_delete', 'sk_cgroup_id'] as const),
        ...(['sk_ancestor_cgroup_id'] as const),
      ],
      '6.18': ['get_netns_cookie'],
    },
  ],
  lwt_in: [BASE, SOCKETS, LWT, { '5.10': ['lwt_push_encap'] }],
  lwt_out: [BASE, SOCKETS, LWT],
  lwt_xmit: [
    BASE,
    SOCKETS,
    LWT,
    {
      '5.10': [
        ...(['skb_store_bytes', 'l3_csum_replace', 'l4_csum_replace', 'clone_redirect'] as const),
        ...([
          'skb_get_tunnel_key',
          'skb_set_tunnel_key',
          'redirect',
          'skb_get_tunnel_opt',
        ] as const),
        ...(['skb_set_tunnel_opt', 'skb_change_tail', 'csum_update', 'set_hash_invalid'] as const),
        ...(['skb_change_head', 'lwt_push_encap', 'csum_level'] as const),
      ],
    },
  ],
  lwt_seg6local: [
    BASE,
    SOCKETS,
    LWT,
    {
      '5.10': ['lwt_seg6_store_bytes', 'lwt_seg6_adjust_srh', 'lwt_seg6_action'],
    },
  ],
  xdp: [
    BASE,
    SOCKETS,
    {
      '5.10': [
        ...(['redirect', 'perf_event_output', 'csum_diff', 'xdp_adjust_head'] as const),
        ...(['redirect_map', 'xdp_adjust_meta', 'xdp_adjust_tail', 'fib_lookup'] as const),
        ...(['sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'skc_lookup_tcp'] as const),
        ...(['tcp_check_syncookie', 'tcp_gen_syncookie'] as const),
      ],
      '6.1': [
        ...(['check_mtu', 'xdp_get_buff_len', 'xdp_load_bytes', 'xdp_store_bytes'] as const),
        ...(['tcp_raw_gen_syncookie_ipv4', 'tcp_raw_gen_syncookie_ipv6'] as const),
        ...(['tcp_raw_check_syncookie_ipv4', 'tcp_raw_check_syncookie_ipv6'] as const),
      ],
    },
  ],
  sk_lookup: [
    BASE,
    SOCKETS,
    {
      '5.10': ['perf_event_output', 'sk_release', 'sk_assign'],
    },
  ],
  flow_dissector: [BASE, SOCKETS, { '5.10': ['skb_load_bytes'] }],
  netfilter: [BASE],
  raw_tracepoint: [BASE, TRACING, { '6.12': ['get_attach_cookie'] }],
  tracing: [
    BASE,
    TRACING,
    {
      '5.10': [
        ...(['skb_output', 'xdp_output', 'skc_to_tcp6_sock', 'skc_to_tcp_sock'] as const),
        ...(['skc_to_tcp_timewait_sock', 'skc_to_tcp_request_sock', 'skc_to_udp6_sock'] as const),
      ],
      '6.1': [
        ...([
          'get_socket_cookie',
          'sk_storage_get',
          'sk_storage_delete',
          'sock_from_file',
        ] as const),
        ...(['get_attach_cookie', 'skc_to_unix_sock', 'get_func_arg', 'get_func_ret'] as const),
        ...(['get_func_arg_cnt', 'xdp_get_buff_len', 'skc_to_mptcp_sock'] as const),
      ],
    },
  ],
  syscall: [
    BASE,
    TRACING,
    {
      '6.1': [
        ...(['get_socket_cookie', 'skb_output', 'xdp_output', 'skc_to_tcp6_sock'] as const),
        ...(['skc_to_tcp_sock', 'skc_to_tcp_timewait_sock', 'skc_to_tcp_request_sock'] as const),
        ...(['skc_to_udp6_sock', 'copy_from_user', 'sock_from_file', 'sys_bpf'] as const),
        ...(['btf_find_by_name_kind', 'sys_close', 'skc_to_unix_sock'] as const),
        ...(['kallsyms_lookup_name', 'xdp_get_buff_len', 'copy_from_user_task'] as const),
        ...(['skc_to_mptcp_sock'] as const),
      ],
    },
  ],
};

/** What progs of a type got later than the list says that it is in. */
const LATER: Offered<Since> = {
  // `bpf_tracing_func_proto` had a list of its own.
  raw_tracepoint: { spin_lock: '6.1', spin_unlock: '6.1' },
  tracing: { spin_lock: '6.1', spin_unlock: '6.1' },
};

/** What they have no more from a release on. */
const LOST: Offered<Since> = {
  // Not in 6.1.176, and in 6.1.192.
  lwt_seg6local: { skb_pull_data: '6.1' },
};

type Offered<T> = Readonly<Partial<Record<ProgType, Readonly<Partial<Record<HelperName, T>>>>>>;

/** Prog types with BPF_PROG_RUN whose progs may call helpers. */
export const OFFERED_TYPES = Object.keys(OFFERS) as readonly ProgType[];

/** What progs of a type may call, emulated or not, by the first release of those that were read. */
export function offeredSince(type: ProgType): ReadonlyMap<HelperName, Since> {
  const since = new Map<HelperName, Since>();
  for (const offer of OFFERS[type] ?? []) {
    for (const release of RELEASES) {
      for (const name of offer[release] ?? []) {
        const known = since.get(name);
        if (known === undefined || isBefore(release, known)) since.set(name, release);
      }
    }
  }
  for (const [name, release] of Object.entries(LATER[type] ?? {})) {
    since.set(name as HelperName, release);
  }
  return since;
}

/** Releases that brought prog types which 5.10 has not. */
const FIRST: Readonly<Partial<Record<ProgType, string>>> = { syscall: '5.14', netfilter: '6.4' };

/** What a release such as `6.12` lets progs of a type call, emulated or not. */
export function offeredAt(type: ProgType, release: string): readonly HelperName[] {
  if (isBefore(release, FIRST[type] ?? '0.0')) return [];
  const lost = LOST[type] ?? {};
  return [...offeredSince(type)].flatMap(([name, since]) => {
    const end = lost[name];
    const isThere = !isBefore(release, since) && (end === undefined || isBefore(release, end));
    return isThere ? [name] : [];
  });
}

/** Ids of the helpers that progs of a type may call here. */
export const offeredTo = (type: ProgType): ReadonlySet<number> =>
  new Set([...offeredSince(type).keys()].filter(isEmulated).map((name) => helperId(name)!));

/** Whether the helper does something here. A tail call is an operation of the interpreter. */
export const isEmulated = (name: HelperName): boolean =>
  name === 'tail_call' || helperId(name)! in HELPER_RULES;

const RELEASES: readonly Since[] = ['5.10', '6.1', '6.12', '6.18'];

const isBefore = (a: string, b: string): boolean => ordinal(a) < ordinal(b);

const ordinal = (release: string): number => {
  const [major, minor] = release.split('.').map(Number);
  return major * 1000 + minor;
};
