import type { Case } from '../../case/case.ts';
import { formsUsed } from '../../case/forms-used.ts';
import { PROG_TYPES, type ProgType } from '../../case/prog-type.ts';
import { HELPERS } from '../../isa/helpers.ts';
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
  const ksymUsers = await acceptedKsymUsers(load);
  const ksymForms = ksymUsers.flatMap((testCase) => [...formsUsed(testCase)]);
  return {
    progTypes: await accepted(load, PROG_PROBES),
    mapTypes: await accepted(load, MAP_PROBES),
    forms: new Set([...(await accepted(load, FORM_PROBES)), ...ksymForms]),
    helpers: await helpersOf(load),
    ksyms: new Map(
      PROBED_TYPES.map((type) => [
        type,
        new Set(ksymUsers.flatMap(({ progType, ksyms }) => (progType === type ? ksyms : []))),
      ]),
    ),
  };
}

/** Progs that name kernel symbols, of all probed types, which the kernel takes. */
async function acceptedKsymUsers(load: Load): Promise<readonly Case[]> {
  const probes = PROBED_TYPES.flatMap(ksymProbes);
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
const BPF_F_SLEEPABLE = 1 << 4;
const AttachType = {
  CGROUP_INET4_BIND: 8,
  CGROUP_SETSOCKOPT: 22,
  SK_LOOKUP: 36,
  NETFILTER: 45,
} as const;

/** What the trivial prog needs beside its type (bpf_prog_load_check_attach, kernel/bpf/syscall.c, 6.1). */
const PROG_NEEDS: Partial<Record<ProgType, Partial<Case>>> = {
  cgroup_sock_addr: { expectedAttachType: AttachType.CGROUP_INET4_BIND },
  cgroup_sockopt: { expectedAttachType: AttachType.CGROUP_SETSOCKOPT },
  sk_lookup: { expectedAttachType: AttachType.SK_LOOKUP },
  netfilter: { expectedAttachType: AttachType.NETFILTER },
  syscall: { progFlags: BPF_F_SLEEPABLE },
};

const PROG_PROBES: ReadonlyMap<ProgType, Case> = new Map(
  PROG_TYPES.map((progType) => [progType, tinyCase({ progType, ...PROG_NEEDS[progType] })]),
);

/** Prog types whose helpers and kernel symbols matter: those that cases are generated for. */
const PROBED_TYPES: readonly ProgType[] = ['xdp', 'sched_cls', 'socket_filter'];

/**
 * Where a type can't call a helper, the verifier says so before it looks at arguments
 * (check_helper_call, kernel/bpf/verifier.c; the wording of 5.10 to 7.2). Any other complaint is about
 * the arguments, which are not there.
 */
const NOT_CALLABLE =
  /invalid func |unknown func |cannot use helper |helper call is not allowed|might sleep/;

async function helpersOf(load: Load): Promise<Features['helpers']> {
  const ids = HELPERS.map((_, id) => id).slice(1);
  const probes = PROBED_TYPES.flatMap((type) => ids.map((id) => helperProbe(type, id)));
  const outcomes = await load(probes, 'tail');
  return new Map(
    PROBED_TYPES.map((type, t) => [
      type,
      new Set(ids.filter((_, i) => isCallable(outcomes[t * ids.length + i]))),
    ]),
  );
}

const helperProbe = (progType: ProgType, imm: number): Case =>
  tinyCase({ progType, insns: [insn('call.helper', { imm }), ...RETURN_0] });

function isCallable(outcome: Outcome): boolean {
  const load = loadOf(outcome);
  if (load === undefined) return false;
  return load.verdict === 'accepted' || (load.log !== '' && !NOT_CALLABLE.test(load.log));
}
