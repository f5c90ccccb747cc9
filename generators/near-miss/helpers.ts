import { find, lookUp, type Rule, SCHED, UNKNOWN } from './rule.ts';

/** ringbuf_output of what r2 and r3 say. */
const output = (args: string): string =>
  `*(u64 *)(r10 -8) = 0; *(u64 *)(r10 -16) = 0; ${args}; r1 = map:ring; r4 = 0; call ringbuf_output`;
const WHERE = 'r2 = r10; r2 += -16;';
const UPDATE =
  '*(u64 *)(r10 -8) = 0; *(u64 *)(r10 -16) = 0; *(u64 *)(r10 -24) = 0; r2 = r10; r2 += -8; r3 = r10; r3 += -24; r4 = 0;';
/** A call with a map that it is not for; all its other arguments are good for something. */
const withMap = (helper: string, map: string): string =>
  `${UPDATE} r1 = map:${map}; call ${helper}`;
const FORMAT = '*(u64 *)(r10 -16) = 0; r1 = r10; r1 += -16; r2 = 8; r4 = 0; r5 = 0;';

/** What is handed to helpers. */
export const HELPERS: readonly Rule[] = [
  {
    name: 'map-argument',
    kept: [withMap('map_update_elem', 'array'), withMap('map_lookup_elem', 'hash')],
    broken: [
      'r1 = 5; r2 = r10; call map_lookup_elem',
      'r1 = r6; r2 = r10; call map_lookup_elem',
      'r1 = r10; r2 = r10; r2 += -8; call map_delete_elem',
      'r1 = map:array; r2 = 5; call map_lookup_elem',
      'r1 = map:array; r2 = r6; call map_lookup_elem',
      'r1 = map:array; r2 = map:array; call map_lookup_elem',
      `${lookUp('array')}; r1 = map:array; r2 = r0; call map_lookup_elem`,
      'r1 = map:array; call map_lookup_elem',
      'call map_lookup_elem',
      'r2 = r10; r2 += -4; r1 = map:array; r1 += 1; call map_lookup_elem',
      'r1 = map:array; r2 = 0; call map_lookup_elem',
      `${UPDATE} r1 = map:array; r4 = r10; call map_update_elem`,
      `${UPDATE} r1 = map:array; r3 = 0; call map_update_elem`,
      `${find('array')}; r2 = r0; r2 += 13; r1 = map:array; call map_lookup_elem`,
      `${find('array')}; r3 = r0; r3 += 1; r2 = r0; r1 = map:array; r4 = 0; call map_update_elem`,
    ],
  },
  {
    name: 'map-for-helper',
    kept: [
      withMap('map_lookup_elem', 'percpu'),
      `*(u64 *)(r10 -16) = 0; *(u64 *)(r10 -8) = 0; ${WHERE} r1 = map:queue; r3 = 0; call map_push_elem`,
    ],
    broken: [
      ...(['queue', 'ring', 'progs', 'events', 'bloom'] as const).map((map) =>
        withMap('map_lookup_elem', map),
      ),
      ...(['queue', 'ring', 'progs', 'devices', 'cpus', 'events'] as const).map((map) =>
        withMap('map_update_elem', map),
      ),
      ...(['array', 'hash', 'ring'] as const).map((map) => withMap('map_push_elem', map)),
      ...(['array', 'bloom'] as const).map((map) => withMap('map_pop_elem', map)),
      withMap('map_peek_elem', 'hash'),
      withMap('map_lookup_percpu_elem', 'array'),
      withMap('map_delete_elem', 'queue'),
      'r1 = map:array; r2 = 8; r3 = 0; call ringbuf_reserve',
      'r1 = map:hash; r2 = 0; call ringbuf_query',
      'r1 = r6; r2 = map:array; r3 = 0; call tail_call',
      'r1 = r6; r2 = map:hash; r3 = 1; call tail_call',
      'r1 = map:array; r2 = 0; call get_local_storage',
      'r1 = map:array; r2 = 0; r3 = 0; call redirect_map',
      'r1 = map:sockets; r2 = 0; r3 = 0; call redirect_map',
      withMap('map_update_elem', 'sockets'),
    ],
  },
  {
    name: 'tail-call',
    kept: [
      'r1 = r6; r2 = map:progs; r3 = 7; call tail_call',
      `${UNKNOWN}; r0 |= 8; r1 = r6; r2 = map:progs; r3 = r0; call tail_call`,
    ],
    broken: [
      'r1 = 0; r2 = map:progs; r3 = 0; call tail_call',
      'r1 = r10; r2 = map:progs; r3 = 0; call tail_call',
      'r1 = r6; r2 = map:progs; r3 = r10; call tail_call',
      'r1 = r6; r2 = map:progs; call tail_call',
      'r1 = r6; r2 = 0; r3 = 0; call tail_call',
      '*(u64 *)(r10 -512) = 0; call f; --- ; f: r6 = r1; r2 = map:progs; r3 = 9; call tail_call; r0 = 0; exit',
      'r1 = r6; r2 = map:progs; r3 = 9; call tail_call; if r0 == 9 goto end; exit',
    ],
  },
  {
    name: 'memory-size',
    kept: [
      output(`${WHERE} r3 = 16`),
      output(`${WHERE} r3 = 1`),
      `${UNKNOWN}; r7 = r0; r7 &= 15; ${output(`${WHERE} r3 = r7`)}`,
    ],
    broken: [
      output(`${WHERE} r3 = 17`),
      output(`${WHERE} r3 = 0x7fffffff`),
      output(`${WHERE} r3 = -1`),
      `${UNKNOWN}; r7 = r0; ${output(`${WHERE} r3 = r7`)}`,
      `${UNKNOWN}; r7 = r0; r7 &= 31; ${output(`${WHERE} r3 = r7`)}`,
      output(`${WHERE} r3 = 0x20000000`),
      output(`${WHERE} r3 = r10`),
      `r7 = *(u64 *)(r10 -24); ${output(`${WHERE} r3 = r7`)}`,
      `r7 = *(u64 *)(r10 -24); if r7 s> 8 goto end; ${output(`${WHERE} r3 = r7`)}`,
      output('r2 = 0; r3 = 8'),
      output('r2 = r6; r3 = 8'),
      output('r2 = map:array; r3 = 8'),
      output('r2 = 7; r3 = 8'),
      `${find('array')}; r7 = r0; ${output('r2 = r7; r3 = 17')}`,
      `${find('array')}; r7 = r0; r7 += 9; ${output('r2 = r7; r3 = 8')}`,
      output(`${WHERE} r2 += 20; r3 = 4`),
      'r1 = map:ring; r2 = r10; r2 += -513; r3 = 8; r4 = 0; call ringbuf_output',
    ],
  },
  {
    name: 'zero-size',
    kept: [
      `*(u64 *)(r10 -8) = 0; r1 = r10; r1 += -8; r2 = 8; r3 = 0; r4 = 0; r5 = 0; call csum_diff`,
    ],
    broken: [
      output(`${WHERE} r3 = 0`),
      '*(u64 *)(r10 -8) = 0; r1 = r10; r1 += -8; r2 = 0; call trace_printk',
      'r1 = 0; r2 = 8; r3 = 0; r4 = 0; r5 = 0; call csum_diff',
      '*(u64 *)(r10 -8) = 0; r1 = r10; r1 += -8; r2 = 8; r3 = r1; r4 = 16; r5 = 0; call csum_diff',
      'r1 = r10; r1 += -8; r2 = 0; r3 = 0; call probe_read_kernel',
      'r1 = r10; r1 += -8; r2 = 9; r3 = 0; call probe_read_kernel',
    ],
  },
  {
    name: 'format',
    kept: [`${FORMAT} r3 = value:readonly; r3 += 0; call get_prandom_u32`],
    broken: [
      `${FORMAT} r3 = value:single; call snprintf`,
      `${FORMAT} r3 = r10; r3 += -16; call snprintf`,
      `${FORMAT} r3 = value:readonly; call snprintf`,
      `${find('readonly')}; r7 = r0; ${FORMAT} r3 = r7; call snprintf`,
      `${FORMAT} r3 = map:readonly; call snprintf`,
      `${UNKNOWN}; r7 = r0; r7 &= 3; ${FORMAT} r3 = value:readonly; r3 += r7; call snprintf`,
      `${FORMAT} r3 = 0; call snprintf`,
      'r1 = r10; r1 += -8; *(u64 *)(r10 -8) = 0x32; r2 = 8; r3 = value:single; call strncmp',
      'r1 = r10; r1 += -8; *(u64 *)(r10 -8) = 0x32; r2 = 8; r3 = value:readonly; call strncmp',
      'r1 = r10; r1 += -8; *(u64 *)(r10 -8) = 0x32; r2 = 8; r3 = 0; r4 = r6; call strtol',
    ],
  },
  {
    name: 'aligned-result',
    kept: [
      '*(u64 *)(r10 -8) = 0x32; r1 = r10; r1 += -8; r2 = 8; r3 = 0; r4 = r10; r4 += -16; call strtol',
    ],
    broken: [
      '*(u64 *)(r10 -8) = 0x32; r1 = r10; r1 += -8; r2 = 8; r3 = 0; r4 = r10; r4 += -12; call strtol',
      '*(u64 *)(r10 -8) = 0x32; r1 = r10; r1 += -8; r2 = 8; r3 = 0; r4 = r10; call strtol',
      `${find('readonly')}; r7 = r0; *(u64 *)(r10 -8) = 0x32; r1 = r10; r1 += -8; r2 = 8; r3 = 0; r4 = r7; call strtol`,
      `${find('readonly')}; r1 = r0; r2 = 8; r3 = value:readonly; call snprintf`,
    ],
  },
  {
    name: 'constant-argument',
    broken: [
      `${UNKNOWN}; r2 = r0; r2 &= 15; r1 = map:ring; r3 = 0; call ringbuf_reserve`,
      'r1 = map:ring; r2 = 0x40000000; r3 = 0; call ringbuf_reserve',
      'r1 = map:ring; r2 = r10; r3 = 0; call ringbuf_reserve',
    ],
  },
  {
    name: 'unknown-helper',
    broken: ['call 0', 'call 212', 'call 100000', 'call -1', 'call 300', 'r1 = 0; call 0x7fffffff'],
  },
  {
    name: 'other-types-helper',
    broken: [
      'r1 = r6; r2 = 0; call skb_pull_data',
      'r1 = r6; r2 = 0; call xdp_adjust_head',
      'r1 = r6; r2 = 0; call sk_assign',
      'r1 = r6; call override_return',
      'r1 = r6; r2 = 0; call msg_apply_bytes',
      'r1 = r6; r2 = r10; r3 = 8; call sysctl_get_name',
      'r1 = r6; r2 = 0; call get_func_arg',
      'r1 = r6; r2 = r10; call get_func_ret',
      'r1 = 0; call send_signal',
      'r1 = r10; r2 = 8; call get_current_comm',
      'r1 = r6; r2 = 3; call sock_ops_cb_flags_set',
      'r1 = r10; r1 += -8; r2 = 8; r3 = 0; call copy_from_user',
      'r1 = 0; r2 = r10; r3 = 8; call sys_bpf',
      'r1 = r6; call get_attach_cookie',
    ],
  },
  {
    name: 'ctx-argument',
    types: ['xdp', ...SCHED, 'cgroup_skb', 'socket_filter'],
    broken: [
      'r1 = 0; r2 = 0; call xdp_adjust_head',
      'r1 = r6; r1 += 4; r2 = 0; call xdp_adjust_tail',
      'r1 = r10; r2 = 0; r3 = r10; r4 = 4; call skb_load_bytes',
      'r1 = r6; r1 += 8; r2 = 0; r3 = r10; r3 += -8; r4 = 4; call skb_load_bytes',
      'r1 = map:array; r2 = 0; r3 = r10; r3 += -8; r4 = 4; call skb_load_bytes',
      'r1 = r6; r2 = 0; r3 = r10; r3 += -8; r4 = 9; call skb_load_bytes',
      `${UNKNOWN}; r0 &= 4; r1 = r6; r1 += r0; r2 = 0; r3 = r10; r3 += -8; r4 = 4; call skb_load_bytes`,
      'r1 = r6; r2 = 0; r3 = r6; r4 = 4; call skb_load_bytes',
      'r1 = r6; r2 = 0; r3 = value:readonly; r4 = 4; call skb_load_bytes',
      'r1 = r6; r2 = 0; r3 = 0; r4 = 4; call skb_load_bytes',
    ],
  },
  {
    name: 'packet-load',
    types: ['socket_filter', ...SCHED],
    kept: [
      'r0 = *(u8 *)skb[0]',
      'r7 = 1; r0 = *(u16 *)skb[r7 + 3]',
      'call f; --- ; f: r6 = r1; r0 = 0; exit',
    ],
    broken: [
      'r6 = r10; r0 = *(u8 *)skb[0]',
      'r6 = 0; r0 = *(u32 *)skb[0]',
      'r0 = *(u8 *)skb[r8 + 0]',
      'r0 = *(u8 *)skb[0]; r0 = r1',
      'r0 = *(u8 *)skb[r10 + 0]',
      'r6 += 4; r0 = *(u8 *)skb[0]',
      'call f; --- ; f: r6 = r1; r0 = *(u8 *)skb[0]; exit',
      'call f; --- ; f: r0 = *(u8 *)skb[0]; exit',
      `${lookUp('locked')}; if r0 == 0 goto end; r7 = r0; r1 = r0; call spin_lock; r0 = *(u8 *)skb[0]; r1 = r7; call spin_unlock`,
      'r1 = map:ring; r2 = 8; r3 = 0; call ringbuf_reserve; if r0 == 0 goto end; r7 = r0; r0 = *(u8 *)skb[0]; r1 = r7; r2 = 0; call ringbuf_submit',
    ],
  },
  {
    name: 'other-packet-load',
    types: ['xdp', 'syscall', 'cgroup_skb', 'sk_lookup', 'tracing', 'kprobe'],
    broken: ['r0 = *(u8 *)skb[0]', 'r7 = 0; r0 = *(u32 *)skb[r7 + 0]'],
  },
  {
    name: 'local-storage',
    types: [
      'cgroup_skb',
      'cgroup_sock',
      'cgroup_sock_addr',
      'cgroup_device',
      'cgroup_sysctl',
      'cgroup_sockopt',
    ],
    kept: ['r1 = map:storage; r2 = 0; call get_local_storage; r2 = *(u64 *)(r0 +8)'],
    broken: [
      'r1 = map:storage; r2 = 1; call get_local_storage',
      'r1 = map:storage; r2 = 0; call get_local_storage; r1 = map:storage2; r2 = 0; call get_local_storage',
      `${UNKNOWN}; r2 = r0; r1 = map:storage; call get_local_storage`,
      'r1 = map:storage; r2 = 0; call get_local_storage; r2 = *(u64 *)(r0 +16)',
      'r1 = map:array; r2 = 0; call get_local_storage',
    ],
  },
];
