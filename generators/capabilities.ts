import {
  KFUNC_PAIRS,
  KFUNCS,
  type Kfunc,
  type KfuncPair,
  PER_CPU_VARIABLES,
  type PerCpuVariable,
} from '../src/case/ksyms.ts';
import type { MapType } from '../src/case/map-type.ts';
import type { ProgType } from '../src/case/prog-type.ts';
import { FORMS, type Form, type FormKind, type FormOf } from '../src/isa/forms.ts';
import { type HelperName, helperId } from '../src/isa/helpers.ts';
import {
  ctxObject,
  GENERATED_TYPES,
  type GeneratedType,
  packetFields,
  readablePlaces,
  UNRUN_TYPES,
  writablePlaces,
} from './ctx-access.ts';
import { F } from './lower/frame.ts';
import { KEYED, WALKED } from './map-kinds.ts';
import type { AccessForm, AluForm, FragmentKind, MapBy, PlainHelper, Reach } from './plan.ts';

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
  /** Names of kernel symbols by prog type. */
  readonly ksyms: ReadonlyMap<ProgType, ReadonlySet<string>>;
}

/** Map types that cases are given. */
export const GENERATED_MAPS = [
  'array',
  'hash',
  'percpu_array',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
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
] as const satisfies readonly MapType[];

/** What can be chosen from in progs of one type. */
export interface Palette {
  readonly progType: GeneratedType;
  readonly mapTypes: readonly (typeof GENERATED_MAPS)[number][];
  readonly alu: readonly AluForm[];
  readonly jumps: readonly FormOf<'jump'>[];
  readonly reaches: readonly Reach[];
  readonly accesses: readonly AccessForm[];
  /** Loads and stores, without atomics. */
  readonly plainAccesses: readonly AccessForm[];
  readonly ctxReads: readonly FormOf<'load'>[];
  readonly ctxWrites: readonly FormOf<'store'>[];
  readonly legacy: readonly FormOf<'packet'>[];
  readonly mapBy: readonly MapBy[];
  readonly valueBy: readonly MapBy[];
  readonly helpers: readonly PlainHelper[];
  readonly kfuncs: readonly Kfunc[];
  readonly pairs: readonly KfuncPair[];
  readonly variables: readonly PerCpuVariable[];
  readonly variableReads: readonly FormOf<'load'>[];
  /** Kinds of fragments that can be made from all this. */
  readonly kinds: ReadonlySet<FragmentKind>;
  readonly runs: Capabilities['runs'];
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
  const mapTypes = GENERATED_MAPS.filter((type) => capabilities.mapTypes.has(type));
  const palette = {
    progType,
    mapTypes,
    alu: ofKind('alu', 'movsx', 'end'),
    jumps: ofKind('jump'),
    reaches: ofKind('goto').map(({ offBits }): Reach => (offBits === 32 ? 'jal' : 'ja')),
    plainAccesses,
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
    runs: capabilities.runs,
    kfuncs: (KFUNCS as readonly Kfunc[]).filter(
      ({ name, args }) => ksyms.has(name) && (!args.includes('socket') || can('sk_fullsock')),
    ),
    pairs: KFUNC_PAIRS.filter(({ begin, end }) => ksyms.has(begin) && ksyms.has(end)),
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
    'tail-call': can('tail_call') && has('prog_array'),
    sequence:
      can('map_push_elem') &&
      can('map_pop_elem') &&
      can('map_peek_elem') &&
      has('queue', 'stack', 'bloom_filter'),
    nested: can('map_lookup_elem') && has('array_of_maps', 'hash_of_maps') && has('array'),
    ring: RING_HELPERS.every(can) && has('ringbuf'),
    event: can('perf_event_output') && has('perf_event_array'),
    'redirect-map': progType === 'xdp' && can('redirect_map') && has('devmap', 'cpumap', 'xskmap'),
    'lookup-cpu':
      can('map_lookup_percpu_elem') && has('percpu_array', 'percpu_hash', 'lru_percpu_hash'),
    kfunc: capabilities.forms.has('call.kfunc') && palette.kfuncs.length > 0,
    hold: capabilities.forms.has('call.kfunc') && palette.pairs.length > 0,
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
    'load-bytes': can('skb_load_bytes'),
    'store-bytes': can('skb_store_bytes'),
    legacy: palette.legacy.length > 0,
    leave: palette.reaches.length > 0,
  };
  const kinds = Object.entries(possible).filter(([, can]) => can);
  return {
    ...palette,
    kinds: new Set(kinds.map(([kind]) => kind as FragmentKind)),
    saves: palette.valueBy.includes('fd') && capabilities.mapTypes.has('array'),
  };
}

/** `may_access_skb`, kernel/bpf/verifier.c 6.1: who may use LD_ABS and LD_IND. */
const LEGACY_TYPES: ReadonlySet<ProgType> = new Set(['socket_filter', 'sched_cls', 'sched_act']);
const RING_HELPERS: readonly HelperName[] = [
  'ringbuf_output',
  'ringbuf_reserve',
  'ringbuf_submit',
  'ringbuf_discard',
  'ringbuf_query',
];
const PLAIN_HELPERS: readonly PlainHelper[] = [
  'ktime_get_ns',
  'get_prandom_u32',
  'get_smp_processor_id',
  'trace_printk',
];
/** What `CLOSINGS` of the lowering may need. */
const LOOP_JUMPS = ['jlt64.k', 'jne32.k', 'jslt64.k', 'jsgt32.k', 'jle32.k'];
