import {
  acquiring,
  call,
  cgroups,
  choice,
  constant,
  ctx,
  finding,
  growing,
  type HelperCall,
  hides,
  mixed,
  moving,
  offset,
  own,
  put,
  reads,
  scalar,
  socket,
  text,
  updates,
  writes,
} from './helper-arguments.ts';

const SIZES = choice(4, 1, 2, 8, 16, 24, 3, 7);
/** Where packets have checksums, an odd place, and what no packet has. */
const CHECKSUMS = mixed(24, 10, 36, 40, 50, 56, 12, 60, 0, 1, 0xfffe, 0x10000);
/** Of multiples of 4, which older kernels want, and not. */
const SUMMED = choice(0, 4, 8, 12, 20, 32, 16, 3, 6);
/** An interface that no machine has. */
/** Beyond what any kernel's BTF has. */
const NO_TYPE = 0x7fff_fffe;
const NO_IFINDEX = 0x7ffffff0;
const NUMBERS = text(
  ...['0', '42', '-1', ' 7x', '0x1f', '0X', '077', '08', '+5', '-', '', '\t\n-0x80', 'ff', '0b1'],
  ...['18446744073709551615', '18446744073709551616', '9223372036854775808'],
  ...['-9223372036854775808', '-9223372036854775809', '0xffffffffffffffff0', 'abc', '\u00a01'],
);
/** The network's byte order, as a little-endian machine has it in a register. */
const Proto = { IPV4: 0x0008, IPV6: 0xdd86, VLAN: 0x0081, SERVICE_VLAN: 0xa888 } as const;

/** `BPF_F_ADJ_ROOM_*`: none, those that go together, and those that don't. */
const ROOM_FLAGS = choice(
  ...[0, 0, 0, 0x01, 0x20, 0x02, 0x04, 0x0a, 0x0c, 0x12, 0x14, 0x06, 0x1a, 0x08, 0x42, 0x40],
  ...[0x80, 0x100, 0x180, 0x82, 0x200],
  ...[(14n << 56n) | 0x42n, (13n << 56n) | 0x44n, (200n << 56n) | 0x02n, (4n << 56n) | 0x14n],
);

/** Formats of up to three numbers. */
const FORMATS = [
  ...['%d', '%u|%x|%X', '%5d|%-5i|%05d', '% d|%+i', '%ld %lu %lx', '%lld|%020llx', '%c%c%c'],
  ...['%%%d', '%3c|%-3c|', '%+05d', '\n\t%lX', '%-8x|% 8d', '%0+8d', '%i!'],
];
/** What is refused, when it is printed or before. */
const WRONG_FORMATS = [
  '%d%d%d%d',
  '%z',
  '%',
  '%ls',
  '%lc',
  '%5',
  '\u0001',
  '%sx',
  '%pz',
  '%#x',
  '%.3d',
];
const noText = [put(0, 4, 0), put(4, 4, 0)];
const PRINTED = choice(32, 8, 1, 16, 2);

/** Sizes of `struct bpf_tunnel_key` in the course of time, and others. */
const KEY_SIZES = choice(44, 28, 44, 24, 22, 8, 4, 43);
/** Numbers in it that most kinds of tunnels must not have: `tunnel_ext` and `tunnel_label`. */
const KEY_PUTS = [put(22, 2, 0, 0, 0, 1), put(24, 4, 0, 0, 0x12345, -1)];
/** `struct bpf_sock_tuple`, of IPv4 and of IPv6, and what is neither. */
const TUPLE_SIZES = choice(12, 36, 12, 36, 4, 20);
/** The namespace at hand, and one that isn't there. */
const NAMESPACES = choice(-1, -1, 0, 7);
/** First bytes of IP headers, and protocols behind them. */
const IP_PUTS = [put(0, 1, 0x45, 0x60, 0x46, 0x15), put(9, 1, 17, 6), put(6, 1, 17, 6)];
const SIZES_OF_IP = choice(20, 40, 24, 48, 28, 19, 8);
const SIZES_OF_TCP = choice(20, 24, 12, 19);
/** Where TCP headers say their length. */
const TCP_PUT = put(12, 1, 0x50, 0x60, 0x40);
const UNSPECIFIED_PREFIX = 0x0000_0120;
const LINK_LOCAL_PREFIX = 0x0000_80fe;
const MULTICAST_PREFIX = 0x0000_02ff;

/** Helpers by prog type and release as kernels have them; the arguments, valid and boundary ones. */
export const HELPER_CALLS: readonly HelperCall[] = [
  own('ktime_get_boot_ns'),
  own('ktime_get_coarse_ns'),
  own('ktime_get_tai_ns'),
  own('jiffies64'),
  own('get_current_pid_tgid'),
  call('get_current_uid_gid'),
  call('get_current_comm', hides(16), choice(16, 8, 1)),
  call('get_numa_node_id'),
  call(
    'strtol',
    NUMBERS,
    choice(32, 1, 2, 3, 8, 20, 21),
    choice(0, 10, 16, 8, 2, 0x20),
    updates(8),
  ),
  call(
    'strtoul',
    NUMBERS,
    choice(32, 1, 2, 3, 8, 20, 21),
    choice(0, 10, 16, 8, 2, 0x20),
    updates(8),
  ),
  call('probe_read_kernel', writes(24), SIZES, text('abcdefghijklmnopqrstuvwxyz')),
  call('probe_read_kernel', writes(24), SIZES, choice(0, 8)),
  call('probe_read_kernel_str', writes(24), SIZES, text('', 'abc', 'abcdefghijklmnopqrstuvwxyz')),
  call('probe_read_kernel_str', writes(24), SIZES, choice(0, 8)),
  call('probe_read', writes(24), SIZES, text('abcdefghijklmnopqrstuvwxyz')),
  call('probe_read', writes(24), SIZES, choice(0, 8)),
  call('probe_read_str', writes(24), SIZES, text('', 'abc', 'abcdefghijklmnopqrstuvwxyz')),
  call('probe_read_str', writes(24), SIZES, choice(0, 8)),
  call('probe_read_user', writes(24), SIZES, choice(0, 8)),
  call('probe_read_user_str', writes(24), SIZES, choice(0, 8)),

  call('csum_diff', reads(32), SUMMED, reads(32), SUMMED, mixed(0, -1)),
  call('csum_update', ctx, scalar),
  call('csum_level', ctx, choice(0, 1, 2, 3, 1, 4)),
  moving('l3_csum_replace', ctx, CHECKSUMS, mixed(0), scalar, choice(0, 2, 4, 2, 4, 1, 3, 0x10)),
  moving(
    'l4_csum_replace',
    ...[ctx, CHECKSUMS, mixed(0), scalar],
    choice(0, 2, 4, 0x10, 0x12, 0x14, 0x20, 0x22, 0x24, 0x34, 0x60, 0x62, 0x80, 0x94, 8, 0x100),
  ),

  call('skb_load_bytes_relative', ctx, offset, writes(24), SIZES, choice(1, 0, 2)),
  moving('skb_pull_data', ctx, choice(0, 1, 14, 34, 64, 128, 1500, 0x7fffffff)),
  growing(
    'skb_change_tail',
    ...[
      ctx,
      choice(14, 20, 34, 42, 54, 60, 64, 100, 128, 256, 0, 13, 1500, 4000, 16064, 16065, -1),
    ],
    choice(0, 0, 0, 0, 1),
  ),
  growing(
    'skb_change_head',
    ...[ctx, choice(0, 1, 2, 4, 8, 14, 16, 64, 100, 256, -1), choice(0, 0, 0, 0, 1)],
  ),
  growing(
    'skb_change_proto',
    ...[ctx, choice(Proto.IPV6, Proto.IPV4, Proto.VLAN, 0), choice(0, 0, 0, 0, 1)],
  ),
  call('skb_change_type', ctx, choice(0, 1, 2, 3, 4, 7, -1)),
  growing(
    'skb_adjust_room',
    ctx,
    choice(
      20,
      4,
      8,
      28,
      40,
      48,
      -20,
      -4,
      -8,
      -28,
      -40,
      -48,
      0,
      1,
      14,
      -14,
      100,
      -100,
      0xfff,
      0x1000,
    ),
    choice(0, 1, 0, 1, 2),
    ROOM_FLAGS,
  ),
  growing(
    'skb_vlan_push',
    ctx,
    choice(Proto.VLAN, Proto.SERVICE_VLAN, 0x8100),
    mixed(0, 1, 0xffff),
  ),
  moving('skb_vlan_pop', ctx),
  call('set_hash', ctx, scalar),
  call('set_hash_invalid', ctx),
  own('get_hash_recalc', ctx),
  call('skb_ecn_set_ce', ctx),
  call('get_cgroup_classid', ctx),
  call('skb_cgroup_classid', ctx),
  call('get_route_realm', ctx),

  call('redirect', mixed(1, NO_IFINDEX), choice(0, 1, 2, 1n << 16n, 1n << 32n, -1)),
  call('redirect_peer', mixed(1, NO_IFINDEX), choice(0, 1, 1n << 32n)),
  call('redirect_neigh', mixed(1), reads(32), choice(0, 20, 32, 19, 4), choice(0, 0, 1)),
  moving('clone_redirect', ctx, choice(1, 0, NO_IFINDEX), choice(0, 1, 2, 1n << 32n)),
  call(
    'check_mtu',
    ...[ctx, choice(0, 1, NO_IFINDEX), updates(4), mixed(0, 1, -1, 70000)],
    choice(0, 0, 0, 1, 2),
  ),

  moving(
    'xdp_adjust_head',
    ...[ctx, choice(0, 4, 8, 14, -4, -8, -14, -40, -100, -216, -224, -217, 20, 50, 100, 2000)],
  ),
  moving('xdp_adjust_meta', ctx, choice(0, -4, -8, -32, -36, -216, -220, 4, 8, -2, 1)),
  moving(
    'xdp_adjust_tail',
    ...[ctx, choice(0, -1, -4, -20, -46, -100, 4, 20, 100, 1000, 3000, 4000, -2000)],
  ),
  { ...call('xdp_get_buff_len', ctx), types: ['xdp'] },
  call('xdp_load_bytes', ctx, offset, writes(24), SIZES),
  call('xdp_load_bytes', ctx, choice(1000, 3500, 3519, 4096, 0xffff, 0x10000), writes(24), SIZES),
  call('xdp_store_bytes', ctx, offset, reads(24), SIZES),

  call(
    'trace_printk',
    ...[text('bpfdiff', ...FORMATS, ...WRONG_FORMATS, '%p %px', '%pK'), choice(32, 3, 4, 1)],
    ...[scalar, scalar, scalar],
  ),
  call('trace_printk', text('%s', '%9s|%d', '%-9s|'), choice(32), choice(0, 8), scalar, scalar),
  call(
    'snprintf',
    writes(32),
    PRINTED,
    constant(...FORMATS, '%px', '%-20px|'),
    reads(24),
    choice(24),
  ),
  call(
    'snprintf',
    ...[writes(32), PRINTED, constant('%s', '%9s|%d', '%-9s|'), reads(16, ...noText), choice(16)],
  ),
  call('snprintf', writes(32), PRINTED, constant('', 'text', '%%'), choice(0), choice(0)),
  call(
    'strncmp',
    ...[text('abc', 'ab', '', 'abcd', 'abd', 'ab\u00ff'), choice(32, 1, 2, 3, 4)],
    constant('abc', '', 'ab\u0080', 'abcde'),
  ),

  call(
    'trace_vprintk',
    text('bpfdiff', ...FORMATS, ...WRONG_FORMATS),
    choice(32, 4),
    reads(24),
    choice(24, 8),
  ),
  // The second argument of some functions is a pointer.
  { ...call('get_func_arg', ctx, choice(0, 2, 3, 5, 6, -1), updates(8)), types: ['tracing'] },
  { ...call('get_func_ret', ctx, updates(8)), types: ['tracing'] },
  { ...call('get_func_arg_cnt', ctx), types: ['tracing'] },
  call('get_attach_cookie', ctx),
  call(
    'kallsyms_lookup_name',
    ...[text('no_such_name', '', 'bpf_prog_put '), choice(32, 13, 1, 4, 2), choice(0, 0, 1)],
    writes(8),
  ),
  call(
    'kallsyms_lookup_name',
    ...[text('vfs_read', 'kfree', 'bpf_prog_put'), choice(32, 6, 9), choice(0, 0, 1), hides(8)],
  ),
  call(
    'snprintf_btf',
    ...[updates(32), choice(32, 1), reads(16, put(8, 4, 0, NO_TYPE, -1)), choice(16, 16, 8)],
    choice(0, 1, 15, 16, 1n << 32n),
  ),
  call('skb_set_tstamp', ctx, mixed(0, 1, 1n << 40n), choice(0, 1, 0, 1, 2, 3)),
  call(
    'skb_set_tunnel_key',
    ...[ctx, reads(48, ...KEY_PUTS), KEY_SIZES],
    choice(0, 1, 0, 1, 2, 4, 8, 0x0f, 0x10, 0x20),
  ),
  call('skb_get_tunnel_key', ctx, writes(48), KEY_SIZES, choice(0, 1, 0x10, 0x11, 2)),
  call('skb_set_tunnel_opt', ctx, reads(32), choice(4, 8, 32, 12, 3)),
  call('skb_get_tunnel_opt', ctx, writes(32), choice(32, 8, 4, 16)),
  call('skb_get_xfrm_state', ctx, scalar, writes(32), choice(28, 4, 32), choice(0, 1)),
  {
    ...moving('lwt_push_encap', ctx, choice(2, 2, 2, 0, 1, 3), reads(48, ...IP_PUTS), SIZES_OF_IP),
    types: ['lwt_in'],
  },
  call(
    'fib_lookup',
    ctx,
    updates(
      64,
      put(0, 1, 2, 10, 2, 10, 1, 0),
      put(8, 4, 1, 1, 0, NO_IFINDEX),
      put(16, 4, UNSPECIFIED_PREFIX, UNSPECIFIED_PREFIX, LINK_LOCAL_PREFIX),
      put(32, 4, UNSPECIFIED_PREFIX, UNSPECIFIED_PREFIX, MULTICAST_PREFIX),
    ),
    ...[choice(64, 64, 64, 32, 63), choice(0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x03)],
  ),

  acquiring('sk_lookup_tcp', ctx, reads(36), TUPLE_SIZES, NAMESPACES, choice(0, 0, 1)),
  acquiring('sk_lookup_udp', ctx, reads(36), TUPLE_SIZES, NAMESPACES, choice(0, 0, 1)),
  acquiring('skc_lookup_tcp', ctx, reads(36), TUPLE_SIZES, NAMESPACES, choice(0, 0, 1)),
  finding('sk_fullsock', socket),
  finding('tcp_sock', socket),
  finding('get_listener_sock', socket),
  finding('skc_to_tcp6_sock', socket),
  finding('skc_to_tcp_sock', socket),
  finding('skc_to_tcp_timewait_sock', socket),
  finding('skc_to_tcp_request_sock', socket),
  finding('skc_to_udp6_sock', socket),
  finding('skc_to_unix_sock', socket),
  finding('skc_to_mptcp_sock', socket),
  { ...call('sk_assign', ctx, socket, choice(0, 0, 1)), types: ['sched_cls', 'sched_act'] },
  { ...call('sk_assign', ctx, choice(0), choice(0, 1, 2, 3, 4)), types: ['sk_lookup'] },
  call('tcp_check_syncookie', socket, reads(40), choice(20, 40), reads(24, TCP_PUT), SIZES_OF_TCP),
  call('tcp_gen_syncookie', socket, reads(40), choice(20, 40), reads(24, TCP_PUT), SIZES_OF_TCP),
  call('tcp_raw_gen_syncookie_ipv4', reads(20), reads(24, TCP_PUT), choice(16, 19, 12)),
  call('tcp_raw_gen_syncookie_ipv6', reads(40), reads(24, TCP_PUT), choice(16, 19, 12)),
  own('tcp_raw_gen_syncookie_ipv4', reads(20), reads(24, TCP_PUT), SIZES_OF_TCP),
  own('tcp_raw_gen_syncookie_ipv6', reads(40), reads(24, TCP_PUT), SIZES_OF_TCP),
  call('tcp_raw_check_syncookie_ipv4', reads(20), reads(24)),
  call('tcp_raw_check_syncookie_ipv6', reads(40), reads(24)),

  own('skb_cgroup_id', ctx),
  own('sk_cgroup_id', socket),
  own('get_current_cgroup_id'),
  call('skb_ancestor_cgroup_id', ctx, choice(0, 50, -1)),
  call('sk_ancestor_cgroup_id', socket, choice(0, 50, -1)),
  call('get_current_ancestor_cgroup_id', choice(0, 50, -1)),
  {
    ...own('get_socket_cookie', ctx),
    types: ['sched_cls', 'sched_act', 'socket_filter', 'cgroup_skb'],
  },
  own('get_netns_cookie', ctx),
  call('skb_under_cgroup', ctx, cgroups, mixed(0, 1, 2)),
  call('current_task_under_cgroup', cgroups, mixed(0, 1, 2)),
  call('get_socket_uid', ctx),
  call('get_ns_current_pid_tgid', mixed(0), mixed(0), writes(8), choice(8, 8, 4)),
];
