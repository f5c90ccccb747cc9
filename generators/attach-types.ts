import type { ProgType } from '../src/case/prog-type.ts';

/** `enum bpf_attach_type`, include/uapi/linux/bpf.h. */
const AttachType = {
  CGROUP_INET_INGRESS: 0,
  CGROUP_INET_EGRESS: 1,
  CGROUP_INET4_BIND: 8,
  CGROUP_SETSOCKOPT: 22,
  SK_LOOKUP: 36,
  NETFILTER: 45,
  TRACE_FENTRY: 24,
  TRACE_FEXIT: 25,
  MODIFY_RETURN: 26,
} as const;

/** What a prog of a type may be loaded for. */
interface AttachRule {
  readonly attachType: number;
  /** The bits that its result may have, all or some of them; absent where any will do. */
  readonly resultMask?: number;
}

/**
 * Types whose progs say what they are for, and results that the verifier insists on
 * (`bpf_prog_load_check_attach`, kernel/bpf/syscall.c, and `check_return_code`, kernel/bpf/verifier.c,
 * 6.1). The first of a type is the plainest.
 */
const RULES: Partial<Record<ProgType, readonly AttachRule[]>> = {
  cgroup_skb: [
    { attachType: AttachType.CGROUP_INET_INGRESS, resultMask: 1 },
    { attachType: AttachType.CGROUP_INET_EGRESS, resultMask: 3 },
  ],
  sk_lookup: [{ attachType: AttachType.SK_LOOKUP, resultMask: 1 }],
  netfilter: [{ attachType: AttachType.NETFILTER, resultMask: 1 }],
  tracing: [
    { attachType: AttachType.TRACE_FENTRY, resultMask: 0 },
    { attachType: AttachType.TRACE_FEXIT, resultMask: 0 },
    { attachType: AttachType.MODIFY_RETURN },
  ],
  // Members of `struct bpf_dummy_ops`.
  struct_ops: [{ attachType: 0 }, { attachType: 1 }],
  cgroup_sock: [{ attachType: 0, resultMask: 1 }],
  sock_ops: [{ attachType: 0, resultMask: 1 }],
  cgroup_device: [{ attachType: 0, resultMask: 1 }],
  cgroup_sock_addr: [{ attachType: AttachType.CGROUP_INET4_BIND, resultMask: 1 }],
  cgroup_sysctl: [{ attachType: 0, resultMask: 1 }],
  cgroup_sockopt: [{ attachType: AttachType.CGROUP_SETSOCKOPT, resultMask: 1 }],
};
const ANY: readonly AttachRule[] = [{ attachType: 0 }];

const rulesOf = (type: ProgType): readonly AttachRule[] => RULES[type] ?? ANY;

/** Values of `expected_attach_type` that a prog of the type may be loaded with. */
export const attachTypes = (type: ProgType): readonly number[] => ATTACH_TYPES[type] ?? [0];

const ATTACH_TYPES: { readonly [Type in ProgType]?: readonly number[] } = Object.fromEntries(
  Object.entries(RULES).map(([type, rules]) => [type, rules.map((rule) => rule.attachType)]),
);

/** What results must be masked with; undefined where any will do. */
export const resultMask = (type: ProgType, attachType: number): number | undefined =>
  rulesOf(type).find((rule) => rule.attachType === attachType)?.resultMask;
