import type { ProgType } from '../../../case/prog-type.ts';
import { HELPERS, type HelperName } from '../../../isa/helpers.ts';
import { isEmulated, OFFERED_TYPES, offeredSince, type Since } from './offered.ts';

/**
 * How far an answer of the emulator is a kernel's:
 *
 * - `exact`: it is the same.
 * - `bare`: it is the same on a machine that was booted for cases: no network device but the loopback,
 *   which is down, no sockets, no cgroups but the root, root's ids.
 * - `varies`: a kernel's own depends on time, luck, or secrets; here it is one that could be.
 * - `refusals`: what it refuses is the same, and nothing else is emulated.
 * - `absent`: it isn't emulated.
 */
export type Exactness = 'exact' | 'bare' | 'varies' | 'refusals' | 'absent';

/** What is known of a helper. */
export interface HelperSupport {
  readonly id: number;
  readonly name: HelperName;
  /** Prog types with BPF_PROG_RUN that may call it, and since which of the releases that were read. */
  readonly types: ReadonlyMap<ProgType, Since>;
  readonly exactness: Exactness;
  /** Why it varies, where it does. */
  readonly variation?: Variation;
}

/** Every helper that Linux has, by id. */
export function helperSupport(): readonly HelperSupport[] {
  const offers = OFFERED_TYPES.map((type) => [type, offeredSince(type)] as const);
  return HELPERS.slice(1).map((name, i) => ({
    id: i + 1,
    name,
    types: new Map(
      offers.flatMap(([type, since]) => (since.has(name) ? [[type, since.get(name)!]] : [])),
    ),
    exactness: exactnessOf(name),
    ...(name in VARYING && { variation: VARYING[name]! }),
  }));
}

function exactnessOf(name: HelperName): Exactness {
  if (!isEmulated(name)) return 'absent';
  if (name in VARYING) return 'varies';
  if (REFUSING.has(name)) return 'refusals';
  return BARE.has(name) ? 'bare' : 'exact';
}

/** Why a helper's results are kept out of what is observed; where it fails, the errno is compared. */
export const VARIATIONS = {
  clock: 'the time, or what counts it',
  random: 'random, or hashed with a seed that each boot draws',
  identity:
    'numbers and names that the kernel gives to CPUs, tasks, cgroups, sockets and namespaces',
  layout: 'where things lie in a kernel',
} as const;
export type Variation = keyof typeof VARIATIONS;

const VARYING: Readonly<Partial<Record<HelperName, Variation>>> = {
  ktime_get_ns: 'clock',
  ktime_get_boot_ns: 'clock',
  ktime_get_coarse_ns: 'clock',
  ktime_get_tai_ns: 'clock',
  jiffies64: 'clock',
  get_prandom_u32: 'random',
  get_hash_recalc: 'random',
  tcp_raw_gen_syncookie_ipv4: 'random',
  tcp_raw_gen_syncookie_ipv6: 'random',
  get_smp_processor_id: 'identity',
  get_current_pid_tgid: 'identity',
  get_current_comm: 'identity',
  get_socket_cookie: 'identity',
  get_netns_cookie: 'identity',
  skb_cgroup_id: 'identity',
  sk_cgroup_id: 'identity',
  get_current_cgroup_id: 'identity',
  get_current_task_btf: 'identity',
  kallsyms_lookup_name: 'layout',
};

/** Types of a kernel's BTF have ids of its own. */
const REFUSING: ReadonlySet<HelperName> = new Set(['snprintf_btf']);

const BARE: ReadonlySet<HelperName> = new Set([
  ...(['clone_redirect', 'check_mtu', 'fib_lookup', 'skb_get_xfrm_state'] as const),
  ...(['get_route_realm', 'get_cgroup_classid', 'skb_cgroup_classid', 'get_socket_uid'] as const),
  ...(['sk_lookup_tcp', 'sk_lookup_udp', 'skc_lookup_tcp', 'sk_release', 'sk_assign'] as const),
  ...(['skc_to_tcp6_sock', 'skc_to_tcp_sock', 'skc_to_tcp_timewait_sock'] as const),
  ...(['skc_to_tcp_request_sock', 'skc_to_udp6_sock', 'skc_to_unix_sock'] as const),
  ...(['skc_to_mptcp_sock', 'tcp_sock', 'get_listener_sock', 'tcp_check_syncookie'] as const),
  ...(['tcp_gen_syncookie', 'tcp_raw_check_syncookie_ipv4'] as const),
  ...(['tcp_raw_check_syncookie_ipv6', 'get_current_uid_gid', 'get_numa_node_id'] as const),
  ...(['skb_ancestor_cgroup_id', 'sk_ancestor_cgroup_id', 'perf_event_output'] as const),
  ...(['get_current_ancestor_cgroup_id', 'get_ns_current_pid_tgid'] as const),
  ...(['probe_read_user', 'probe_read_user_str'] as const),
]);
