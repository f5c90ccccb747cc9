import {
  DYNPTR_KFUNCS,
  DYNPTR_SOURCES,
  ITERATORS,
  type IteratorKfuncs,
  KFUNC_PAIRS,
  KFUNCS,
  type Kfunc,
  type KfuncPair,
  OBJECT_KFUNCS,
  PER_CPU_VARIABLES,
  type PerCpuVariable,
  THROW,
} from '../src/case/ksyms.ts';
import { KEYED_MAPS, LOCAL_STORAGES, type MapType } from '../src/case/map-type.ts';
import type { ProgType } from '../src/case/prog-type.ts';
import { FORMS, type Form, type FormKind, type FormOf } from '../src/isa/forms.ts';
import { type HelperName, helperId } from '../src/isa/helpers.ts';
import {
  ctxObject,
  GENERATED_TYPES,
  type GeneratedType,
  packetFields,
  readablePlaces,
  readsSocket,
  UNRUN_TYPES,
  writablePlaces,
} from './ctx-access.ts';
import type { DynptrOp, DynptrSource } from './dynptr-op.ts';
import type { HelperArg, HelperCall } from './helper-arguments.ts';
import { HELPER_CALLS } from './helper-calls.ts';
import { F } from './lower/frame.ts';
import { KEYED, WALKED } from './map-kinds.ts';
import type { AccessForm, AluForm, FragmentKind, MapBy, Reach } from './plan.ts';

/** Helpers that take nothing of the prog's own. */
export type PlainHelper =
  | 'ktime_get_ns'
  | 'get_prandom_u32'
  | 'get_smp_processor_id'
  | 'trace_printk';

/** What cases may use: what a target can load, or several targets have in common. */
export interface Capabilities {
  readonly progTypes: ReadonlySet<ProgType>;
  readonly mapTypes: ReadonlySet<MapType>;
  /** Names of forms of `isa/`. */
  readonly forms: ReadonlySet<string>;
  /** Helper ids by prog type. */
  readonly helpers: ReadonlyMap<ProgType, ReadonlySet<number>>;
  /**
   * Where not every run can be asked for: outputs go with their inputs and have room for all, and there
   * are no flags, no CPU and no batch size.
   */
  readonly runs?: 'paired';
  /** Absent where runs of XDP live frames can't be asked for. */
  readonly liveFrames?: 'observed';
  /** Names of kernel symbols by prog type. */
  readonly ksyms: ReadonlyMap<ProgType, ReadonlySet<string>>;
}

/** Map types that cases are given. */
export const GENERATED_MAPS = [
  ...KEYED_MAPS,
  'queue',
  'stack',
  'bloom_filter',
  'prog_array',
  'array_of_maps',
  'hash_of_maps',
  'perf_event_array',
  'ringbuf',
  'devmap',
  'cpumap',
  'xskmap',
  'devmap_hash',
  'sockmap',
  'sockhash',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'user_ringbuf',
  'sk_storage',
  'task_storage',
] as const satisfies readonly MapType[];

/** What can be chosen from in progs of one type. */
export interface Palette {
  readonly progType: GeneratedType;
  readonly mapTypes: readonly (typeof GENERATED_MAPS)[number][];
  /** Those that every second map is of, where a profile has no others. */
  readonly usualMapTypes: readonly (typeof GENERATED_MAPS)[number][];
  readonly alu: readonly AluForm[];
  readonly jumps: readonly FormOf<'jump'>[];
  readonly reaches: readonly Reach[];
  /** What a loop may begin with. */
  readonly guards: readonly ('none' | 'may_goto')[];
  readonly accesses: readonly AccessForm[];
  /** Loads and stores, without atomics. */
  readonly plainAccesses: readonly AccessForm[];
  readonly ctxReads: readonly FormOf<'load'>[];
  readonly ctxWrites: readonly FormOf<'store'>[];
  readonly legacy: readonly FormOf<'packet'>[];
  readonly mapBy: readonly MapBy[];
  readonly valueBy: readonly MapBy[];
  readonly helpers: readonly PlainHelper[];
  readonly helperCalls: readonly HelperCall[];
  /** What kinds of arguments they have. */
  readonly arguments: ReadonlySet<HelperArg['kind']>;
  readonly kfuncs: readonly Kfunc[];
  readonly pairs: readonly KfuncPair[];
  readonly iterators: readonly IteratorKfuncs[];
  readonly dynptrSources: readonly DynptrSource[];
  readonly dynptrOps: readonly DynptrOp['op'][];
  readonly variables: readonly PerCpuVariable[];
  readonly variableReads: readonly FormOf<'load'>[];
  /** Kinds of fragments that can be made from all this. */
  readonly kinds: ReadonlySet<FragmentKind>;
  readonly runs: Capabilities['runs'];
  /** Whether maps may have spin locks in their values. */
  readonly locks: boolean;
  readonly liveFrames: Capabilities['liveFrames'];
  /** Whether maps may have objects of progs in their values. */
  readonly kptrs: boolean;
  /** Whether registers and stack can reach a map. */
  readonly saves: boolean;
}

const ALL_TYPES: readonly GeneratedType[] = [...GENERATED_TYPES, ...UNRUN_TYPES];

/** Forms that lowering takes for granted; they are of the first instruction set. */
const ESSENTIAL: readonly string[] = Object.values(F).map(({ name }) => name);

/**
 * What progs can be made from, for each prog type that the capabilities allow and `only` names.
 * Throws where that is none, or where a form is missing that every kernel has.
 */
export function palettesOf(
  capabilities: Capabilities,
  only: readonly ProgType[] = ALL_TYPES,
): readonly Palette[] {
  const missing = ESSENTIAL.filter((name) => !capabilities.forms.has(name));
  if (missing.length > 0) throw new Error(`No progs without the forms ${missing.join(', ')}`);
  const types = ALL_TYPES.filter((type) => capabilities.progTypes.has(type) && only.includes(type));
  if (types.length === 0) {
    const found = [...capabilities.progTypes].join(', ');
    throw new Error(`Expected one of the prog types ${only.join(', ')}, got ${found || 'none'}`);
  }
  return types.map((progType) => paletteOf(capabilities, progType));
}

function paletteOf(capabilities: Capabilities, progType: GeneratedType): Palette {
  const ofKind = <Kind extends FormKind>(...kinds: Kind[]): FormOf<Kind>[] =>
    FORMS.filter(
      (form): form is Extract<Form, { kind: Kind }> =>
        capabilities.forms.has(form.name) && (kinds as FormKind[]).includes(form.kind),
    ) as FormOf<Kind>[];
  const by = (pseudo: 'map_by' | 'map_val_by'): readonly MapBy[] =>
    (['fd', 'idx'] as const).filter((way) => capabilities.forms.has(`lddw.${pseudo}_${way}`));
  const ids = capabilities.helpers.get(progType) ?? new Set();
  const can = (helper: HelperName) => ids.has(helperId(helper)!);
  const ksyms = capabilities.ksyms.get(progType) ?? new Set();

  const plainAccesses = ofKind('load', 'store');
  const mapTypes = GENERATED_MAPS.filter(
    (type) =>
      capabilities.mapTypes.has(type) &&
      (OWNER_HELPERS[type] ?? []).every(can) &&
      (progType !== 'syscall' || SLEEPABLE_MAPS.has(type)),
  );
  const lacking = new Set<HelperArg['kind']>([
    ...(readsSocket(progType) ? [] : ['socket' as const]),
    ...(by('map_val_by').includes('fd') && capabilities.mapTypes.has('array')
      ? []
      : ['constant' as const]),
    // Sleepable progs may not use such maps (check_map_prog_compatibility, kernel/bpf/verifier.c).
    ...(by('map_by').includes('fd') &&
    capabilities.mapTypes.has('cgroup_array') &&
    progType !== 'syscall'
      ? []
      : ['cgroups' as const]),
  ]);
  const helperCalls = HELPER_CALLS.filter(
    ({ helper, args, types }) =>
      can(helper) &&
      types?.includes(progType) !== false &&
      !args.some(({ kind }) => lacking.has(kind)),
  ).flatMap((call) => Array.from({ length: oftenness(capabilities, call) }, () => call));
  const palette = {
    progType,
    mapTypes,
    usualMapTypes: mapTypes.slice(0, 4),
    alu: ofKind('alu', 'movsx', 'end'),
    jumps: ofKind('jump'),
    reaches: ofKind('goto').map(({ offBits }): Reach => (offBits === 32 ? 'jal' : 'ja')),
    plainAccesses,
    guards: (['none', 'may_goto'] as const).filter(
      (guard) => guard === 'none' || capabilities.forms.has(guard),
    ),
    accesses: [...plainAccesses, ...ofKind('atomic', 'load_acq', 'store_rel')],
    ctxReads: ofKind('load').filter(
      ({ size, signed }) => !signed && readablePlaces(progType, size).length > 0,
    ),
    // Up to 6.3 the verifier refuses immediates here (`do_check`, "BPF_ST stores into ctx").
    ctxWrites: ofKind('store').filter(
      ({ size, operand }) => operand === 'x' && writablePlaces(progType, size).length > 0,
    ),
    legacy: LEGACY_TYPES.has(progType) ? ofKind('packet') : [],
    mapBy: by('map_by'),
    valueBy: by('map_val_by'),
    helpers: PLAIN_HELPERS.filter(can),
    helperCalls,
    arguments: new Set(helperCalls.flatMap(({ args }) => args.map(({ kind }) => kind))),
    runs: capabilities.runs,
    locks: can('spin_lock') && can('spin_unlock') && !NO_LOCKS.has(progType),
    liveFrames:
      progType === 'xdp' && capabilities.runs !== 'paired' ? capabilities.liveFrames : undefined,
    kptrs: capabilities.forms.has('call.kfunc') && hasObjects(ksyms) && can('kptr_xchg'),
    kfuncs: (KFUNCS as readonly Kfunc[]).filter(
      ({ name, args }) => ksyms.has(name) && (!args.includes('socket') || can('sk_fullsock')),
    ),
    pairs: KFUNC_PAIRS.filter(({ begin, end }) => ksyms.has(begin) && ksyms.has(end)),
    iterators: ITERATORS.filter(({ begin, next, end }) =>
      [begin, next, end].every((name) => ksyms.has(name)),
    ),
    dynptrSources: [
      ...(can('dynptr_from_mem') ? (['memory'] as const) : []),
      ...(DYNPTR_RING_HELPERS.every(can) ? (['record'] as const) : []),
      ...DYNPTR_SOURCES.filter(({ name }) => ksyms.has(name)),
    ],
    dynptrOps: [
      ...(can('dynptr_read') ? (['read'] as const) : []),
      ...(can('dynptr_write') ? (['write'] as const) : []),
      ...(can('dynptr_data') ? (['data'] as const) : []),
      ...DYNPTR_KFUNCS.filter(({ name }) => ksyms.has(name)),
    ],
    variables: PER_CPU_VARIABLES.filter(({ name }) => ksyms.has(name)),
    variableReads: ofKind('load').filter(({ size }) => size <= 4),
  };
  const named = palette.mapBy.length > 0;
  const maps = named && mapTypes.some((type) => KEYED.has(type));
  const has = (...types: readonly MapType[]) =>
    named && types.some((type) => (mapTypes as readonly MapType[]).includes(type));
  const possible: Record<FragmentKind, boolean> = {
    alu: true,
    const: true,
    branch: palette.jumps.length > 0 && palette.reaches.includes('ja'),
    loop: LOOP_JUMPS.every((name) => capabilities.forms.has(name)),
    call: capabilities.forms.has('call.local'),
    each: capabilities.forms.has('lddw.code_addr') && can('loop'),
    walk: capabilities.forms.has('lddw.code_addr') && can('for_each_map_elem') && has(...WALKED),
    'local-storage': has(...LOCAL_STORAGES),
    drain:
      capabilities.forms.has('lddw.code_addr') &&
      can('user_ringbuf_drain') &&
      can('dynptr_read') &&
      has('user_ringbuf'),
    'tail-call': can('tail_call') && has('prog_array'),
    sequence:
      can('map_push_elem') &&
      can('map_pop_elem') &&
      can('map_peek_elem') &&
      has('queue', 'stack', 'bloom_filter'),
    nested: can('map_lookup_elem') && has('array_of_maps', 'hash_of_maps') && has('array'),
    ring: RING_HELPERS.every(can) && has('ringbuf'),
    event: can('perf_event_output') && has('perf_event_array'),
    'redirect-map':
      progType === 'xdp' && can('redirect_map') && has('devmap', 'devmap_hash', 'cpumap', 'xskmap'),
    'lookup-cpu':
      can('map_lookup_percpu_elem') && has('percpu_array', 'percpu_hash', 'lru_percpu_hash'),
    storage: can('get_local_storage') && has('cgroup_storage', 'percpu_cgroup_storage'),
    kfunc: capabilities.forms.has('call.kfunc') && palette.kfuncs.length > 0,
    hold: capabilities.forms.has('call.kfunc') && palette.pairs.length > 0,
    iterate: capabilities.forms.has('call.kfunc') && palette.iterators.length > 0,
    dynptr: palette.dynptrSources.length > 0 && palette.dynptrOps.length > 0,
    throw: capabilities.forms.has('call.kfunc') && ksyms.has(THROW) && !PRIVATE_STACK.has(progType),
    own: capabilities.forms.has('call.kfunc') && hasObjects(ksyms),
    stash: palette.kptrs && named && has('array') && can('map_lookup_elem'),
    lock: palette.locks && maps && can('map_lookup_elem'),
    variable:
      capabilities.forms.has('lddw.var_addr') &&
      palette.variables.length > 0 &&
      can('this_cpu_ptr') &&
      can('per_cpu_ptr'),
    lookup: maps && can('map_lookup_elem'),
    value: palette.valueBy.length > 0 && capabilities.mapTypes.has('array'),
    update: maps && can('map_update_elem'),
    delete: maps && can('map_delete_elem'),
    packet: packetFields(progType) !== undefined && capabilities.forms.has('jle64.x'),
    access: palette.accesses.length > 0,
    indexed: plainAccesses.length > 0 && maps,
    'ctx-read': palette.ctxReads.length > 0,
    'ctx-write': palette.ctxWrites.length > 0,
    object: ctxObject(progType) !== undefined,
    helper: palette.helpers.length > 0,
    'helper-call': palette.helperCalls.length > 0,
    'load-bytes': can('skb_load_bytes'),
    'store-bytes': can('skb_store_bytes'),
    legacy: palette.legacy.length > 0,
    verdict: palette.liveFrames !== undefined && palette.valueBy.length > 0 && can('redirect'),
    leave: palette.reaches.length > 0,
  };
  const kinds = Object.entries(possible).filter(([, can]) => can);
  return {
    ...palette,
    kinds: new Set(kinds.map(([kind]) => kind as FragmentKind)),
    saves: palette.valueBy.includes('fd') && capabilities.mapTypes.has('array'),
  };
}

/** How often a call stands among those to pick from: what few prog types can call comes more often there. */
function oftenness({ helpers }: Capabilities, { helper, types }: HelperCall): number {
  const id = helperId(helper)!;
  const able = ALL_TYPES.filter(
    (type) => types?.includes(type) !== false && helpers.get(type)?.has(id),
  );
  return able.length <= 3 ? 8 : able.length <= 9 ? 4 : 1;
}

/** What sleepable progs may use (check_map_prog_compatibility, kernel/bpf/verifier.c 6.12; 6.1 without queues). */
const SLEEPABLE_MAPS: ReadonlySet<MapType> = new Set<MapType>([
  ...(['hash', 'lru_hash', 'percpu_hash', 'lru_percpu_hash', 'array', 'percpu_array'] as const),
  ...(['array_of_maps', 'hash_of_maps', 'ringbuf', 'user_ringbuf', 'queue', 'stack'] as const),
  ...(['sk_storage', 'task_storage'] as const),
]);

const hasObjects = (ksyms: ReadonlySet<string>): boolean =>
  Object.values(OBJECT_KFUNCS).every((name) => ksyms.has(name));

/** `may_access_skb`, kernel/bpf/verifier.c 6.1: who may use LD_ABS and LD_IND. */
const LEGACY_TYPES: ReadonlySet<ProgType> = new Set(['socket_filter', 'sched_cls', 'sched_act']);
/**
 * Whose progs have a stack of their own since 6.13 (bpf_enable_priv_stack). On x86-64 an exception then
 * gives the kernel back the wrong registers, which it seldom survives: the JIT pushes one more before
 * the call of `bpf_throw`, and the exception callback doesn't know (arch/x86/net/bpf_jit_comp.c, 7.2).
 */
const PRIVATE_STACK: ReadonlySet<ProgType> = new Set(['raw_tracepoint', 'tracing']);
/** Whose progs may use a map with a spin lock (check_map_prog_compatibility, kernel/bpf/verifier.c 6.1). */
const NO_LOCKS: ReadonlySet<ProgType> = new Set(['socket_filter', 'raw_tracepoint']);
/** What progs need to have a value of a map that belongs to somebody. */
const OWNER_HELPERS: { readonly [Type in MapType]?: readonly HelperName[] } = {
  sk_storage: ['sk_storage_get', 'sk_storage_delete', 'sk_fullsock'],
  task_storage: ['task_storage_get', 'task_storage_delete', 'get_current_task_btf'],
};
const RING_HELPERS: readonly HelperName[] = [
  'ringbuf_output',
  'ringbuf_reserve',
  'ringbuf_submit',
  'ringbuf_discard',
  'ringbuf_query',
];
const DYNPTR_RING_HELPERS: readonly HelperName[] = [
  'ringbuf_reserve_dynptr',
  'ringbuf_submit_dynptr',
  'ringbuf_discard_dynptr',
];
const PLAIN_HELPERS: readonly PlainHelper[] = [
  'ktime_get_ns',
  'get_prandom_u32',
  'get_smp_processor_id',
  'trace_printk',
];
/** What `CLOSINGS` of the lowering may need. */
const LOOP_JUMPS = ['jlt64.k', 'jne32.k', 'jslt64.k', 'jsgt32.k', 'jle32.k'];
