import type { Case } from '../../../case/case.ts';
import { BPF_F_SLEEPABLE } from '../../../case/prog-type.ts';

/** What bpftool makes of a type of progs: its word for it, and what libbpf sets on loading. */
export interface ProgKind {
  readonly progType: Case['progType'];
  /** The section in the object file, and the word that `bpftool prog load` takes as `type`. */
  readonly section: string;
  /** `expected_attach_type` that libbpf sets. */
  readonly attachType: number;
  readonly progFlags: number;
}

const BPF_F_XDP_HAS_FRAGS = 1 << 5;
/** `enum bpf_attach_type`, include/uapi/linux/bpf.h, 6.1. */
const AttachType = {
  NONE: 0,
  CGROUP_INET_EGRESS: 1,
  CGROUP_SOCK_OPS: 3,
  CGROUP_INET4_BIND: 8,
  CGROUP_SETSOCKOPT: 22,
  FLOW_DISSECTOR: 17,
  XDP_DEVMAP: 35,
  SK_LOOKUP: 36,
  XDP: 37,
  XDP_CPUMAP: 38,
} as const;

/** `section_defs` of tools/lib/bpf/libbpf.c, 6.1, without what needs BTF of the kernel. */
const KINDS: readonly ProgKind[] = [
  kind('socket_filter', 'socket'),
  // `tc` means the same; this one is older.
  kind('sched_cls', 'classifier'),
  kind('sched_act', 'action'),
  kind('xdp', 'xdp', AttachType.XDP),
  kind('xdp', 'xdp/devmap', AttachType.XDP_DEVMAP),
  kind('xdp', 'xdp/cpumap', AttachType.XDP_CPUMAP),
  kind('xdp', 'xdp.frags', AttachType.XDP, BPF_F_XDP_HAS_FRAGS),
  kind('perf_event', 'perf_event'),
  kind('cgroup_skb', 'cgroup/skb'),
  kind('cgroup_skb', 'cgroup_skb/egress', AttachType.CGROUP_INET_EGRESS),
  kind('cgroup_sock_addr', 'cgroup/bind4', AttachType.CGROUP_INET4_BIND),
  kind('cgroup_sockopt', 'cgroup/setsockopt', AttachType.CGROUP_SETSOCKOPT),
  kind('lwt_in', 'lwt_in'),
  kind('lwt_out', 'lwt_out'),
  kind('lwt_xmit', 'lwt_xmit'),
  kind('lwt_seg6local', 'lwt_seg6local'),
  kind('sock_ops', 'sockops', AttachType.CGROUP_SOCK_OPS),
  kind('sk_skb', 'sk_skb'),
  kind('flow_dissector', 'flow_dissector', AttachType.FLOW_DISSECTOR),
  kind('sk_lookup', 'sk_lookup', AttachType.SK_LOOKUP),
  kind('syscall', 'syscall', AttachType.NONE, BPF_F_SLEEPABLE),
];

/** Types whose attach type of 0 the kernel takes for the one that libbpf sets, or never looks at. */
const ANY_ATTACH_TYPE = new Set(['xdp', 'sock_ops', 'flow_dissector']);

/** BPF_F_ANY_ALIGNMENT: nothing, where any is allowed anyhow (bpf_check, kernel/bpf/verifier.c, 6.1). */
const BPF_F_ANY_ALIGNMENT = 1 << 1;
/** `uname -m` of those with CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS (arch/x/Kconfig, 6.1). */
const ANY_ALIGNMENT = new Set(['x86_64', 'aarch64', 'ppc64le', 's390x']);

/** How bpftool is told to load the progs of a case, on such a machine; undefined where it can't be. */
export function progKindOf(testCase: Case, arch: string): ProgKind | undefined {
  const { progType, expectedAttachType, progFlags } = testCase;
  const flags = ANY_ALIGNMENT.has(arch) ? progFlags & ~BPF_F_ANY_ALIGNMENT : progFlags;
  return KINDS.find(
    (row) =>
      row.progType === progType &&
      row.progFlags === flags &&
      (row.attachType === expectedAttachType ||
        (expectedAttachType === 0 && ANY_ATTACH_TYPE.has(progType))),
  );
}

function kind(
  progType: Case['progType'],
  section: string,
  attachType: number = AttachType.NONE,
  progFlags = 0,
): ProgKind {
  return { progType, section, attachType, progFlags };
}
