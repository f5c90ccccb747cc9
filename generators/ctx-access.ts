import { ctxField, SK_BUFF, XDP_MD } from '../src/case/ctx.ts';
import type { ProgType } from '../src/case/prog-type.ts';

/** A prog type whose progs are generated. */
export type GeneratedType = 'xdp' | 'sched_cls' | 'socket_filter';
export const GENERATED_TYPES: readonly GeneratedType[] = ['xdp', 'sched_cls', 'socket_filter'];

/** Bytes of the ctx that may be accessed together. */
export interface CtxPlace {
  readonly offset: number;
  /** Whether every kernel reads the same value there. */
  readonly comparable: boolean;
}

/** Where packets begin and end. */
export interface PacketFields {
  readonly data: number;
  readonly data_end: number;
  readonly data_meta: number;
}

/** The places that a prog of the type may read with that many bytes, the plainest first. */
export const readablePlaces = (type: ProgType, sizeBytes: number): readonly CtxPlace[] =>
  ACCESS[type as GeneratedType].read[sizeBytes];

export const writablePlaces = (type: ProgType, sizeBytes: number): readonly CtxPlace[] =>
  ACCESS[type as GeneratedType].write[sizeBytes];

/** The fields with packet pointers; undefined where the type has no direct access. */
export const packetFields = (type: ProgType): PacketFields | undefined =>
  ACCESS[type as GeneratedType].packet;

/** What may be read: `narrow` also in part; `exact` only as it is; `cb` anything aligned inside. */
interface Rules {
  readonly narrow: readonly string[];
  readonly exact: readonly string[];
  readonly write: readonly string[];
}

const SKB_COMMON = [
  'mark',
  'len',
  'pkt_type',
  'queue_mapping',
  'protocol',
  'vlan_present',
  'vlan_tci',
  'vlan_proto',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'tc_index',
  'gso_segs',
  'gso_size',
  'hash',
  'napi_id',
];
/** Not the same on every kernel or in every run; read, and never looked at. */
const INCOMPARABLE: ReadonlySet<string> = new Set(['hash', 'napi_id']);

/** net/core/filter.c of 6.1: `sk_filter_is_valid_access`, `tc_cls_act_is_valid_access` and what they call. */
const SKB_RULES: Record<'sched_cls' | 'socket_filter', Rules> = {
  socket_filter: { narrow: SKB_COMMON, exact: [], write: [] },
  sched_cls: {
    narrow: [...SKB_COMMON, 'tc_classid', 'wire_len'],
    exact: ['tstamp', 'tstamp_type', 'hwtstamp'],
    write: ['mark', 'priority', 'tc_index', 'tc_classid', 'queue_mapping', 'tstamp'],
  },
};

type Places = Readonly<Record<number, readonly CtxPlace[]>>;
const SIZES = [1, 2, 4, 8] as const;

const ACCESS: Record<
  GeneratedType,
  { readonly read: Places; readonly write: Places; readonly packet?: PacketFields }
> = {
  // `xdp_is_valid_access` (6.1): four bytes at a time, nothing to write.
  xdp: {
    read: bySize((size) =>
      size === 4
        ? ['ingress_ifindex', 'rx_queue_index'].map((name) => place(XDP_MD, name, true))
        : [],
    ),
    write: bySize(() => []),
    packet: fieldsOf(XDP_MD),
  },
  sched_cls: { ...skb(SKB_RULES.sched_cls), packet: fieldsOf(SK_BUFF) },
  socket_filter: skb(SKB_RULES.socket_filter),
};

function skb({ narrow, exact, write }: Rules) {
  return {
    read: bySize((size) => [
      ...cb(size),
      ...narrow.flatMap((name) => parts(name, size)),
      ...exact.filter((name) => field(name).sizeBytes === size).map((name) => whole(name)),
    ]),
    write: bySize((size) => [
      ...cb(size),
      ...write.filter((name) => field(name).sizeBytes === size).map((name) => whole(name)),
    ]),
  };
}

function bySize(places: (size: number) => readonly CtxPlace[]): Places {
  return Object.fromEntries(SIZES.map((size) => [size, places(size)]));
}

/** All aligned places within cb[0..4]. */
function cb(size: number): CtxPlace[] {
  const from = field('cb0').offset;
  const to = field('cb4').offset + 4;
  const places: CtxPlace[] = [];
  for (let offset = from; offset + size <= to; offset += 1) {
    if (offset % size === 0) places.push({ offset, comparable: true });
  }
  return places;
}

function parts(name: string, size: number): CtxPlace[] {
  const { offset, sizeBytes } = field(name);
  const comparable = !INCOMPARABLE.has(name);
  if (size > sizeBytes) return [];
  return Array.from({ length: sizeBytes / size }, (_, i) => ({
    offset: offset + i * size,
    comparable,
  }));
}

function fieldsOf(layout: typeof SK_BUFF): PacketFields {
  const at = (name: string) => ctxField(layout, name)!.offset;
  return { data: at('data'), data_end: at('data_end'), data_meta: at('data_meta') };
}

function field(name: string) {
  return ctxField(SK_BUFF, name)!;
}

function whole(name: string): CtxPlace {
  return place(SK_BUFF, name, true);
}

function place(layout: typeof SK_BUFF, name: string, comparable: boolean): CtxPlace {
  return { offset: ctxField(layout, name)!.offset, comparable };
}
