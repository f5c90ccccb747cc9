import type { MapType } from '../src/case/map-type.ts';
import type { FormKind } from '../src/isa/forms.ts';
import type { FragmentKind } from './plan.ts';

/** How progs are drawn. Weights are relative; 0 leaves a kind out. */
export interface Profile {
  readonly weights: Readonly<Record<FragmentKind, number>>;
  /** Fragments of a prog, those in bodies included: at least, mostly up to, and rarely up to. */
  readonly fragments: { readonly min: number; readonly usual: number; readonly max: number };
  /** Runs of a case, mostly of different packets. */
  readonly runs: { readonly min: number; readonly max: number };
  /** A prog is given each kind of fragment with this probability in percent (swarm testing). */
  readonly keptPercent: number;
  /** How deep bodies lie in bodies. */
  readonly depthMax: number;
  /** Kinds of forms that accesses to memory are of; all where absent. */
  readonly accesses?: readonly FormKind[];
  /** Types that every second map is of; absent where none is better than another. */
  readonly mapTypes?: readonly MapType[];
  /** Share of runs with attributes at their limits, in percent. */
  readonly twistedPercent: number;
  /** Share of runs whose command is wrong on purpose, in percent. */
  readonly overriddenPercent: number;
  /** Share of runs with map commands behind them, where there is a map, in percent. */
  readonly commandsPercent: number;
  /** Share of cases with a map that may be refused, in percent. */
  readonly oddMapsPercent: number;
  /** Share of XDP cases with runs of live frames, in percent, where these can be observed. */
  readonly livePercent: number;
  /** Share of progs loaded with BPF_F_TEST_RND_HI32, in percent. */
  readonly scrambledPercent: number;
  /** Each case is on the edge of a rule of the verifier, or beyond it: see near-miss/. */
  readonly breaches?: 'one';
}

const DEFAULT: Profile = {
  weights: {
    alu: 34,
    const: 4,
    branch: 10,
    loop: 2,
    call: 3,
    each: 2,
    walk: 1,
    drain: 1,
    'local-storage': 1,
    'tail-call': 2,
    sequence: 2,
    nested: 1,
    ring: 1,
    event: 1,
    'redirect-map': 1,
    'lookup-cpu': 1,
    storage: 2,
    kfunc: 3,
    hold: 2,
    iterate: 2,
    dynptr: 2,
    throw: 1,
    lock: 1,
    own: 1,
    stash: 1,
    variable: 1,
    lookup: 4,
    value: 6,
    update: 3,
    delete: 1,
    packet: 4,
    access: 24,
    indexed: 2,
    'ctx-read': 4,
    'ctx-write': 8,
    object: 4,
    helper: 1,
    'helper-call': 4,
    'load-bytes': 2,
    'store-bytes': 2,
    legacy: 3,
    verdict: 0,
    leave: 1,
  },
  fragments: { min: 4, usual: 24, max: 60 },
  runs: { min: 1, max: 4 },
  keptPercent: 75,
  depthMax: 3,
  twistedPercent: 5,
  overriddenPercent: 2,
  commandsPercent: 20,
  oddMapsPercent: 1,
  livePercent: 15,
  scrambledPercent: 0,
};

const only = (...kinds: FragmentKind[]): Profile['weights'] => {
  const weights = { ...DEFAULT.weights };
  for (const kind of Object.keys(weights) as FragmentKind[]) {
    if (!kinds.includes(kind)) weights[kind] = 0;
  }
  return weights;
};

/** How large progs are beside what the profile has, for `--size`. */
export const SIZES = { small: 1 / 3, medium: 1, large: 3 } as const;
export type Size = keyof typeof SIZES;

/** The profile with fragments so much fewer or more. */
export function sized(profile: Profile, size: Size): Profile {
  const { min, usual, max } = profile.fragments;
  const times = (count: number): number => Math.max(1, Math.round(count * SIZES[size]));
  return { ...profile, fragments: { min: times(min), usual: times(usual), max: times(max) } };
}

/** By name, for `--profile`. */
export const PROFILES = {
  default: DEFAULT,
  /** Arithmetic and comparisons. */
  alu: {
    ...DEFAULT,
    weights: only('alu', 'const', 'branch', 'loop', 'call', 'each', 'kfunc', 'hold'),
    keptPercent: 100,
  },
  /** Comparisons, and uses of what they tell. */
  branches: {
    ...DEFAULT,
    weights: {
      ...only('alu', 'const', 'loop', 'call', 'lookup', 'value', 'indexed', 'ctx-read', 'leave'),
      branch: 30,
      access: 8,
      alu: 20,
    },
    depthMax: 5,
    keptPercent: 90,
  },
  /** Loads and stores, at places that are known and at places that are computed. */
  memory: {
    ...DEFAULT,
    weights: {
      ...only('alu', 'const', 'branch', 'loop', 'call', 'lookup', 'value', 'packet', 'leave'),
      alu: 14,
      access: 34,
      indexed: 10,
      value: 8,
    },
    keptPercent: 90,
  },
  /** Atomic operations, and what memory holds behind them. */
  atomics: {
    ...DEFAULT,
    weights: {
      ...only('const', 'branch', 'loop', 'call', 'lookup'),
      alu: 16,
      access: 34,
      value: 8,
    },
    accesses: ['atomic', 'load_acq', 'store_rel', 'store'],
    keptPercent: 100,
  },
  /** Calls of all kinds: of functions, by the kernel, and to progs that take the place of this one. */
  calls: {
    ...DEFAULT,
    weights: {
      ...only('const', 'branch', 'loop', 'leave', 'lookup', 'ctx-read'),
      alu: 16,
      access: 8,
      call: 12,
      each: 6,
      walk: 4,
      'tail-call': 5,
    },
    mapTypes: ['prog_array', 'array', 'hash'],
    keptPercent: 85,
  },
  /** What the verifier has to keep in mind: ranges, forks, loops, functions and spills. */
  verifier: {
    ...DEFAULT,
    weights: {
      ...only('const', 'lookup', 'value', 'packet', 'iterate', 'leave', 'ctx-read'),
      alu: 20,
      branch: 18,
      loop: 5,
      call: 6,
      access: 20,
      indexed: 12,
    },
    depthMax: 4,
    fragments: { min: 8, usual: 40, max: 90 },
    keptPercent: 90,
  },
  /**
   * As the default, and upper halves that the verifier takes for unused are scrambled. Apart, because
   * 6.18 takes too many of them for unused where it prunes a path: every campaign would find that.
   */
  scrambled: { ...DEFAULT, scrambledPercent: 100 },
  /** Maps, and memory in them. */
  maps: {
    ...DEFAULT,
    weights: {
      ...only('loop', 'call', 'indexed'),
      alu: 12,
      branch: 6,
      value: 2,
      access: 10,
      lookup: 8,
      update: 8,
      delete: 3,
      walk: 3,
      drain: 3,
      'local-storage': 4,
      'tail-call': 4,
      sequence: 6,
      nested: 4,
      ring: 8,
      event: 2,
      'redirect-map': 8,
      'lookup-cpu': 3,
      storage: 12,
    },
    keptPercent: 75,
    commandsPercent: 75,
    oddMapsPercent: 18,
  },
  /** What progs hand over to maps without keys, and to storages. */
  records: {
    ...DEFAULT,
    weights: {
      ...only('const', 'branch', 'value', 'loop', 'call'),
      alu: 10,
      access: 6,
      sequence: 8,
      ring: 14,
      event: 6,
      storage: 8,
      'local-storage': 6,
      drain: 6,
      dynptr: 4,
    },
    mapTypes: [
      ...['ringbuf', 'ringbuf', 'perf_event_array', 'queue', 'stack', 'bloom_filter'],
      ...['cgroup_storage', 'percpu_cgroup_storage', 'user_ringbuf', 'sk_storage', 'task_storage'],
    ] as readonly MapType[],
    keptPercent: 90,
  },
  /** Helpers, and what shows their effects. */
  helpers: {
    ...DEFAULT,
    weights: {
      ...only(
        'alu',
        'const',
        'branch',
        'loop',
        'call',
        'packet',
        'access',
        'ctx-read',
        'load-bytes',
      ),
      'helper-call': 60,
      'local-storage': 12,
      drain: 4,
      'ctx-read': 10,
      access: 8,
      alu: 12,
    },
    keptPercent: 100,
    mapTypes: ['sk_storage', 'task_storage', 'user_ringbuf'],
  },
  /** Kfuncs, and helpers for dynptrs. */
  kfuncs: {
    ...DEFAULT,
    weights: {
      ...only('const', 'branch', 'value', 'lookup', 'packet', 'call'),
      alu: 4,
      access: 4,
      kfunc: 14,
      hold: 3,
      iterate: 5,
      dynptr: 16,
      drain: 4,
      throw: 4,
      own: 6,
      stash: 6,
    },
    fragments: { min: 4, usual: 24, max: 50 },
    keptPercent: 90,
    mapTypes: ['ringbuf', 'array', 'hash', 'user_ringbuf'],
  },
  /** Loops and calls of all kinds. */
  execution: {
    ...DEFAULT,
    weights: {
      ...only('const', 'branch', 'value', 'access', 'lookup', 'update', 'ctx-read', 'helper'),
      alu: 14,
      loop: 3,
      call: 4,
      each: 3,
      walk: 4,
      'tail-call': 3,
      kfunc: 6,
      hold: 2,
      iterate: 4,
      dynptr: 18,
      throw: 8,
      lock: 10,
      helper: 4,
      own: 2,
      stash: 14,
    },
    fragments: { min: 4, usual: 20, max: 40 },
    keptPercent: 80,
    mapTypes: ['array', 'hash', 'prog_array', 'ringbuf'],
  },
  /** Packets and ctx. */
  packet: {
    ...DEFAULT,
    weights: only(
      'alu',
      'branch',
      'packet',
      'access',
      'ctx-read',
      'ctx-write',
      'object',
      'load-bytes',
      'store-bytes',
      'legacy',
    ),
    keptPercent: 100,
  },
  /** XDP live frames, which progs edit and decide on; to be asked for with `--prog-types xdp`. */
  live: {
    ...DEFAULT,
    weights: {
      ...only(
        'alu',
        'branch',
        'packet',
        'access',
        'ctx-read',
        'value',
        'update',
        'sequence',
        'ring',
      ),
      'helper-call': 20,
    },
    mapTypes: ['devmap', 'devmap_hash', 'cpumap', 'array'],
    fragments: { min: 1, usual: 10, max: 25 },
    keptPercent: 90,
    livePercent: 100,
  },
  /** A valid case with one rule of the verifier broken, or just kept. */
  'near-miss': {
    ...DEFAULT,
    fragments: { min: 1, usual: 8, max: 20 },
    commandsPercent: 5,
    oddMapsPercent: 0,
    livePercent: 5,
    breaches: 'one',
  },
  /** Attributes of BPF_PROG_RUN, with short progs that leave their traces in packet, ctx and maps. */
  attributes: {
    ...DEFAULT,
    weights: {
      ...only('alu', 'branch', 'value', 'access', 'ctx-read', 'ctx-write', 'load-bytes', 'legacy'),
      packet: 8,
      'store-bytes': 14,
    },
    fragments: { min: 1, usual: 10, max: 20 },
    keptPercent: 100,
    twistedPercent: 75,
    overriddenPercent: 40,
    commandsPercent: 0,
    livePercent: 40,
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;
