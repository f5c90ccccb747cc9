/** Program types by the kernel's number (`enum bpf_prog_type`, include/uapi/linux/bpf.h, 7.2). */
export const PROG_TYPES = [
  'unspec',
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'ext',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
] as const;
export type ProgType = (typeof PROG_TYPES)[number];

/** The number that `bpf_attr.prog_type` takes. */
export const progTypeNumber = (type: ProgType): number => PROG_TYPES.indexOf(type);

/** A flag of a load, include/uapi/linux/bpf.h. */
export const BPF_F_SLEEPABLE = 1 << 4;

/** Flags that progs of a type must be loaded with: `bpf_check_attach_target` and others, kernel/bpf/verifier.c. */
export const loadFlags = (type: ProgType): number => (type === 'syscall' ? BPF_F_SLEEPABLE : 0);
