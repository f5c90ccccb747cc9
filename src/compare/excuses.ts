import type { Case, MapSpec } from '../case/case.ts';
import type { MapCommandKind } from '../case/map-command.ts';
import type { MapType } from '../case/map-type.ts';
import { namesUsed } from '../case/names-used.ts';
import type { Outcome } from '../targets/target.ts';
import type { Observed } from './compare.ts';

/** Why two outcomes say nothing about each other, whatever they differ in. */
export interface Excuse {
  readonly name: string;
  readonly reason: string;
  /** Which kernels it concerns. */
  readonly kernels: string;
  /** Where that is read. */
  readonly source: string;
  readonly applies: (testCase: Case, a: Observed, b: Observed) => boolean;
  /** Whether it excuses that a kernel gave no answer in time, too; else nothing does. */
  readonly excusesHang?: true;
}

/**
 * Every rule that makes two outcomes incomparable; the first that applies is the one that is counted.
 * What no row excuses is a divergence. A row never hides what can be mended on our side.
 */
export const EXCUSES: readonly Excuse[] = [
  {
    name: 'unsupported',
    reason: 'A target lacks a feature that the case needs, and did not try it.',
    kernels: 'all',
    source: 'Features in src/targets/target.ts',
    applies: (_, a, b) => [a, b].some(({ outcome }) => outcome.kind === 'unsupported'),
  },
  {
    name: 'no-verifier',
    reason: 'The emulator has no verifier: it also runs what a kernel refuses to load.',
    kernels: 'all',
    source: 'kernel/bpf/verifier.c bpf_check',
    applies: (_, a, b) => isUnverified(a, b) || isUnverified(b, a),
  },
  {
    name: 'byte-order',
    reason: 'Packets, ctx and maps are compared as they lie in memory.',
    kernels: 'little-endian against big-endian',
    source: 'RFC 9669 section 5.1',
    applies: (_, a, b) => a.info.linux.endianness !== b.info.linux.endianness,
  },
  {
    name: 'cpu-count',
    reason: 'A per-CPU map has a value for each possible CPU.',
    kernels: 'different numbers of possible CPUs',
    source: 'kernel/bpf/syscall.c bpf_map_value_size (6.1)',
    applies: ({ maps }, a, b) =>
      a.info.linux.cpus !== b.info.linux.cpus && maps.some(({ type }) => type.includes('percpu')),
  },
  {
    name: 'late-refill',
    reason:
      'Elements of a hash map that is not preallocated come from a cache that an irq_work refills, and ' +
      'user-mode Linux runs that at the next tick: the fifth update may answer ENOMEM.',
    kernels: 'user-mode Linux',
    source:
      'kernel/bpf/memalloc.c unit_alloc, prefill_mem_cache; arch/um has no arch_irq_work_raise (6.1)',
    applies: ({ maps }, a, b) =>
      [a, b].some(({ info }) => info.linux.userMode) &&
      maps.some(({ type, flags }) => LATE_REFILLED.has(type) && (flags & BPF_F_NO_PREALLOC) !== 0),
  },
  {
    name: 'hash-order',
    reason: 'A hash map is walked in the order of a random seed.',
    kernels: 'all, for maps without BPF_F_ZERO_SEED',
    source: 'kernel/bpf/hashtab.c htab_map_alloc, htab_map_get_next_key (6.1)',
    applies: ({ maps, runs }) =>
      runs.some(({ commands = [] }) =>
        commands.some(({ kind, map }) => FOLLOWS_ORDER.has(kind) && hasSeed(maps[map])),
      ),
  },
  {
    name: 'other-verifier',
    reason: 'Verifiers of different releases accept different progs, and refuse in another order.',
    kernels: 'different releases or builds',
    source: 'kernel/bpf/verifier.c',
    applies: (_, a, b) =>
      a.info.kernel !== b.info.kernel && !isEmulator(a) && !isEmulator(b) && verdictsDiffer(a, b),
  },
  {
    name: 'interpreter-lacks',
    reason: 'The interpreter has no callbacks, no kfuncs, and no tail calls from subprogs.',
    kernels: 'interp against jit or hardened of the same kernel',
    source: 'kernel/bpf/verifier.c fixup_call_args, add_kfunc_call (6.1)',
    applies: (_, a, b) => a.info.kernel === b.info.kernel && (isLacking(a, b) || isLacking(b, a)),
  },
  {
    name: 'endless',
    reason:
      'The emulator gave a run up after as many insns as it may execute, and the kernel gave no answer in ' +
      'time: tail calls of subprogs that count by themselves multiply up to 2^33.',
    kernels: 'all; tail calls up to 6.11 with a JIT',
    source: 'commit 116e04ba1459, "bpf, x64: Fix tailcall hierarchy"',
    applies: (_, a, b) => isEndless(a, b) || isEndless(b, a),
    excusesHang: true,
  },
  {
    name: 'may-goto-limit',
    reason:
      'A loop that a may_goto alone ends takes 8,388,608 rounds, or a quarter of a second (7.2): more insns ' +
      'than the emulator executes.',
    kernels: 'all that have may_goto',
    source: 'BPF_MAY_GOTO in do_misc_fixups, kernel/bpf/verifier.c (6.12); fixups.c (7.2)',
    applies: (testCase, a, b) =>
      [a, b].some((observed) => isEmulator(observed) && hasGivenUp(observed)) &&
      namesUsed(testCase).forms.has('may_goto'),
  },
];

const isEndless = (emulator: Observed, kernel: Observed): boolean =>
  isEmulator(emulator) && kernel.outcome.kind === 'hung' && hasGivenUp(emulator);

const hasGivenUp = ({ outcome }: Observed): boolean =>
  outcome.kind === 'completed' && outcome.runs.some(({ fault }) => fault?.reason === 'steps');

const LATE_REFILLED: ReadonlySet<MapType> = new Set(['hash', 'percpu_hash', 'hash_of_maps']);
const BPF_F_NO_PREALLOC = 1;

/** The first rule that makes the two incomparable. */
export const excuseOf = (testCase: Case, a: Observed, b: Observed): Excuse | undefined =>
  EXCUSES.find(({ applies }) => applies(testCase, a, b));

const FOLLOWS_ORDER: ReadonlySet<MapCommandKind> = new Set<MapCommandKind>([
  'next_key',
  'lookup_batch',
  'lookup_and_delete_batch',
]);
const HASHED: readonly MapType[] = [
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
];
const ZERO_SEED = 1 << 6;

const hasSeed = ({ type, flags, maxEntries }: MapSpec): boolean =>
  HASHED.includes(type) && (flags & ZERO_SEED) === 0 && maxEntries > 1;

const isEmulator = ({ info }: Observed): boolean => info.engine === 'emulator';

/** What an emulator itself refuses, such as a map, is compared. */
const isUnverified = (emulator: Observed, kernel: Observed): boolean =>
  isEmulator(emulator) && !isRejected(emulator) && isRejected(kernel);

const isRejected = ({ outcome }: Observed): boolean => errnoOfLoad(outcome) > 0;

const isLacking = (interpreter: Observed, compiler: Observed): boolean =>
  interpreter.info.engine === 'interp' &&
  (compiler.info.engine === 'jit' || compiler.info.engine === 'hardened') &&
  isRejected(interpreter) &&
  errnoOfLoad(compiler.outcome) === 0;

const verdictsDiffer = (a: Observed, b: Observed): boolean =>
  errnoOfLoad(a.outcome) !== errnoOfLoad(b.outcome);

/** 0 where the verdict is `accepted`, -1 where there is none. */
function errnoOfLoad(outcome: Outcome): number {
  if (outcome.kind !== 'completed') return -1;
  return outcome.load.verdict === 'accepted' ? 0 : outcome.load.errno;
}
