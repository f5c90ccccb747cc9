import { type Case, PLAIN_RUN } from '../../case/case.ts';
import { namesUsed } from '../../case/names-used.ts';
import { BPF_F_SLEEPABLE, PROG_TYPES, type ProgType } from '../../case/prog-type.ts';
import { HELPERS, helperId } from '../../isa/helpers.ts';
import type { Features, LoadOutcome, Outcome } from '../target.ts';
import { FORM_PROBES } from './probe-forms.ts';
import { ksymProbes } from './probe-ksyms.ts';
import { MAP_PROBES } from './probe-maps.ts';
import { insn, RETURN_0, tinyCase } from './tiny-case.ts';

/** Loads cases, and asks for the verifier's log where that is needed. */
export type Load = (cases: readonly Case[], log: 'none' | 'tail') => Promise<readonly Outcome[]>;

/**
 * What a kernel can load, found by loading tiny progs. Not tried, hence never a feature: prog and map
 * types that need BTF or another map, and kernel symbols beyond those of `src/case/ksyms.ts`.
 */
export async function probeFeatures(load: Load): Promise<Features> {
  const progTypes = await accepted(load, PROG_PROBES);
  const probedTypes = PROBED_TYPES.filter((type) => progTypes.has(type));
  const ksymUsers = await acceptedKsymUsers(load, probedTypes);
  const ksymForms = ksymUsers.flatMap((testCase) => [...namesUsed(testCase).forms]);
  return {
    progTypes,
    mapTypes: await accepted(load, MAP_PROBES),
    forms: new Set([...(await accepted(load, FORM_PROBES)), ...ksymForms]),
    helpers: await helpersOf(load, progTypes, probedTypes),
    ...((await accepted(load, LIVE_PROBE)).size > 0 && { liveFrames: 'observed' }),
    ksyms: new Map(
      probedTypes.map((type) => [
        type,
        new Set(ksymUsers.flatMap(({ progType, ksyms }) => (progType === type ? ksyms : []))),
      ]),
    ),
  };
}

/** Progs of these types that name kernel symbols, and that the kernel takes. */
async function acceptedKsymUsers(load: Load, types: readonly ProgType[]): Promise<readonly Case[]> {
  const probes = types.flatMap((type) =>
    ksymProbes(type).map((probe) => ({ ...probe, ...PROG_NEEDS[type] })),
  );
  return [...(await accepted(load, new Map(probes.map((probe) => [probe, probe]))))];
}

/** The keys of the probes that were accepted. */
async function accepted<Key>(
  load: Load,
  probes: ReadonlyMap<Key, Case>,
): Promise<ReadonlySet<Key>> {
  const outcomes = await load([...probes.values()], 'none');
  return new Set([...probes.keys()].filter((_, i) => loadOf(outcomes[i])?.verdict === 'accepted'));
}

const loadOf = (outcome: Outcome): LoadOutcome | undefined =>
  outcome.kind === 'completed' ? outcome.load : undefined;

/** include/uapi/linux/bpf.h, 7.2. */
const AttachType = {
  CGROUP_INET4_BIND: 8,
  CGROUP_SETSOCKOPT: 22,
  TRACE_FENTRY: 24,
  SK_LOOKUP: 36,
  NETFILTER: 45,
} as const;

/** What the trivial prog needs beside its type (bpf_prog_load_check_attach, kernel/bpf/syscall.c, 6.1). */
const PROG_NEEDS: Partial<Record<ProgType, Partial<Case>>> = {
  cgroup_sock_addr: { expectedAttachType: AttachType.CGROUP_INET4_BIND },
  cgroup_sockopt: { expectedAttachType: AttachType.CGROUP_SETSOCKOPT },
  sk_lookup: { expectedAttachType: AttachType.SK_LOOKUP },
  netfilter: { expectedAttachType: AttachType.NETFILTER },
  tracing: { expectedAttachType: AttachType.TRACE_FENTRY, attachBtf: 'bpf_fentry_test1' },
  struct_ops: { attachBtf: 'bpf_dummy_ops' },
  syscall: { progFlags: BPF_F_SLEEPABLE },
};

/** A run of live frames, which only where there are interfaces the agent tries. */
const LIVE_PROBE: ReadonlyMap<'live', Case> = new Map([
  [
    'live',
    tinyCase({ progType: 'xdp', runs: [{ ...PLAIN_RUN, data: new Uint8Array(64), flags: 2 }] }),
  ],
]);

const PROG_PROBES: ReadonlyMap<ProgType, Case> = new Map(
  PROG_TYPES.map((progType) => [progType, tinyCase({ progType, ...PROG_NEEDS[progType] })]),
);

/** Prog types whose helpers and kernel symbols matter: those that cases are generated for. */
const PROBED_TYPES: readonly ProgType[] = [
  ...(['xdp', 'sched_cls', 'sched_act', 'socket_filter', 'cgroup_skb'] as const),
  ...(['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'] as const),
  ...(['raw_tracepoint', 'syscall', 'sk_lookup', 'flow_dissector', 'netfilter'] as const),
  ...(['tracing', 'struct_ops'] as const),
];

/**
 * Where a type can't call a helper, the verifier says so before it looks at arguments
 * (check_helper_call, kernel/bpf/verifier.c; the wording of 5.10 to 7.2). Any other complaint is about
 * the arguments, which are not there.
 */
const NOT_CALLABLE =
  /invalid func |unknown func |cannot use helper |helper call is not allowed|might sleep/;

/**
 * What seems callable in a kernel without CONFIG_BPF_EVENTS, which has no tracepoint progs either, and
 * only answers ENOTSUPP (`bpf_event_output`, kernel/bpf/core.c, 6.1), or has a `bpf_func_proto` without
 * a function, which the verifier notices at the end. User-mode Linux is one.
 */
const EVENT_HELPERS: ReadonlySet<number> = new Set(
  (
    [
      ...(['perf_event_output', 'snprintf_btf', 'get_current_task', 'task_pt_regs'] as const),
      ...(['get_current_task_btf', 'probe_read_user', 'probe_read_user_str'] as const),
      ...(['probe_read_kernel', 'probe_read_kernel_str'] as const),
      // It has no BTF either, by which they know what they return (check_helper_call).
      ...(['skc_to_tcp6_sock', 'skc_to_tcp_sock', 'skc_to_tcp_timewait_sock'] as const),
      ...(['skc_to_tcp_request_sock', 'skc_to_udp6_sock', 'skc_to_unix_sock'] as const),
      ...(['skc_to_mptcp_sock'] as const),
      // User-mode Linux 6.1.176 dies of the one, and takes the other from elsewhere: not understood yet.
      ...(['snprintf', 'strncmp'] as const),
    ] as const
  ).map((name) => helperId(name)!),
);

/**
 * Not tried: that a prog names it is something that the kernel warns of, in bpf_get_probe_write_proto
 * (kernel/trace/bpf_trace.c, 6.1), and what warns is taken for troubled.
 */
const PROBE_WRITE_USER = helperId('probe_write_user');

async function helpersOf(
  load: Load,
  progTypes: Features['progTypes'],
  types: readonly ProgType[],
): Promise<Features['helpers']> {
  const ids = HELPERS.map((_, id) => id)
    .filter((id) => id > 0 && id !== PROBE_WRITE_USER)
    .filter((id) => progTypes.has('tracepoint') || !EVENT_HELPERS.has(id));
  const probes = types.flatMap((type) => ids.map((id) => helperProbe(type, id)));
  const outcomes = await load(probes, 'tail');
  return new Map(
    types.map((type, t) => [
      type,
      new Set(ids.filter((_, i) => isCallable(outcomes[t * ids.length + i]))),
    ]),
  );
}

const helperProbe = (progType: ProgType, imm: number): Case =>
  tinyCase({
    progType,
    ...PROG_NEEDS[progType],
    insns: [insn('call.helper', { imm }), ...RETURN_0],
  });

function isCallable(outcome: Outcome): boolean {
  const load = loadOf(outcome);
  if (load === undefined) return false;
  return load.verdict === 'accepted' || (load.log !== '' && !NOT_CALLABLE.test(load.log));
}
