import {
  type CtxLayout,
  ctxField,
  RAW_TP_ARGS,
  SK_BUFF,
  SK_LOOKUP,
  SYSCALL_CTX,
  XDP_MD,
} from '../src/case/ctx.ts';
import type { ProgType } from '../src/case/prog-type.ts';

/** A prog type whose progs are generated. */
export const GENERATED_TYPES = [
  'xdp',
  'sched_cls',
  'sched_act',
  'socket_filter',
  'cgroup_skb',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
  'raw_tracepoint',
  'syscall',
  'sk_lookup',
  'flow_dissector',
  'netfilter',
  'tracing',
  'struct_ops',
] as const satisfies readonly ProgType[];

/** Types that BPF_PROG_RUN does nothing for: their progs are loaded, and refused to be run. */
export const UNRUN_TYPES = [
  ...(['kprobe', 'tracepoint', 'perf_event', 'cgroup_sock', 'sock_ops', 'sk_skb'] as const),
  ...(['cgroup_device', 'sk_msg', 'cgroup_sock_addr', 'lirc_mode2', 'sk_reuseport'] as const),
  ...(['cgroup_sysctl', 'raw_tracepoint_writable', 'cgroup_sockopt'] as const),
] as const satisfies readonly ProgType[];
export type GeneratedType = (typeof GENERATED_TYPES)[number] | (typeof UNRUN_TYPES)[number];

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
  /** Absent where progs may not look in front of packets. */
  readonly data_meta?: number;
  /** What they may do with the bytes of a packet. */
  readonly access: 'read' | 'write';
}

/** The places that a prog of the type may read with that many bytes, the plainest first. */
export const readablePlaces = (type: ProgType, sizeBytes: number): readonly CtxPlace[] =>
  ACCESS[type as GeneratedType].read[sizeBytes];

export const writablePlaces = (type: ProgType, sizeBytes: number): readonly CtxPlace[] =>
  ACCESS[type as GeneratedType].write[sizeBytes];

/** The fields with packet pointers; undefined where the type has no direct access. */
export const packetFields = (type: ProgType): PacketFields | undefined =>
  ACCESS[type as GeneratedType].packet;

/** The pointer in the ctx that progs may follow; undefined where there is none. */
export const ctxObject = (type: ProgType): CtxObject | undefined =>
  ACCESS[type as GeneratedType].object;

/** Whether the ctx of the type has a socket. */
export const readsSocket = (type: ProgType): boolean => SKB_TYPES.has(type);

const SKB_TYPES: ReadonlySet<ProgType> = new Set([
  ...(['sched_cls', 'sched_act', 'socket_filter', 'cgroup_skb'] as const),
  ...(['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'] as const),
]);

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
const IPV6_WORDS = ['remote_ip6', 'local_ip6'].flatMap((name) =>
  [0, 1, 2, 3].map((word) => `${name}_${word}`),
);
/** Not the same on every kernel or in every run; read, and never looked at. */
const INCOMPARABLE: ReadonlySet<string> = new Set(['hash', 'napi_id']);

/** net/core/filter.c of 6.1: `sk_filter_is_valid_access`, `tc_cls_act_is_valid_access` and what they call. */
const SOCKET_FILTER: Rules = { narrow: SKB_COMMON, exact: [], write: [] };
const SCHED: Rules = {
  narrow: [...SKB_COMMON, 'tc_classid', 'wire_len'],
  exact: ['tstamp', 'tstamp_type', 'hwtstamp'],
  write: ['mark', 'priority', 'tc_index', 'tc_classid', 'queue_mapping', 'tstamp'],
};
/** `cg_skb_is_valid_access`: it alone sees the addresses of the socket. */
const CGROUP_SKB: Rules = {
  narrow: [...SKB_COMMON, 'family', 'remote_port', 'local_port'],
  exact: ['remote_ip4', 'local_ip4', ...IPV6_WORDS, 'tstamp', 'hwtstamp'],
  write: ['mark', 'priority', 'tstamp'],
};
/** `lwt_is_valid_access`. */
const LWT: Rules = { narrow: SKB_COMMON, exact: [], write: ['mark', 'priority'] };

type Places = Readonly<Record<number, readonly CtxPlace[]>>;
const SIZES = [1, 2, 4, 8] as const;

/** `may_access_direct_pkt_data`, kernel/bpf/verifier.c 6.1. */
const READ_ONLY_PACKET: PacketFields = { ...boundsOf(SK_BUFF), access: 'read' };
const SCHED_PACKET: PacketFields = {
  ...boundsOf(SK_BUFF),
  ...metaOf(SK_BUFF),
  access: 'write',
};

/** A pointer in the ctx, and what progs may do with the bytes that it leads to. */
export interface CtxObject {
  readonly offset: number;
  readonly lenBytes: number;
  /** `bytes`: single ones are read. `memory`: any are read and written. */
  readonly access: 'bytes' | 'memory';
}

interface Access {
  readonly read: Places;
  readonly write: Places;
  readonly packet?: PacketFields;
  readonly object?: CtxObject;
}

const SYSCALL_PLACES_BYTES = SYSCALL_CTX.sizeBytes / 2;

const ACCESS: Record<GeneratedType, Access> = {
  // `xdp_is_valid_access` (6.1): four bytes at a time, nothing to write.
  xdp: {
    read: bySize((size) =>
      size === 4
        ? ['ingress_ifindex', 'rx_queue_index'].map((name) => place(XDP_MD, name, true))
        : [],
    ),
    write: bySize(() => []),
    packet: { ...boundsOf(XDP_MD), ...metaOf(XDP_MD), access: 'write' },
  },
  sched_cls: { ...skb(SCHED), packet: SCHED_PACKET },
  sched_act: { ...skb(SCHED), packet: SCHED_PACKET },
  socket_filter: skb(SOCKET_FILTER),
  cgroup_skb: { ...skb(CGROUP_SKB), packet: READ_ONLY_PACKET },
  lwt_in: { ...skb(LWT), packet: READ_ONLY_PACKET },
  lwt_out: { ...skb(LWT), packet: READ_ONLY_PACKET },
  lwt_xmit: { ...skb(LWT), packet: { ...READ_ONLY_PACKET, access: 'write' } },
  lwt_seg6local: { ...skb(LWT), packet: READ_ONLY_PACKET },
  // `raw_tp_prog_is_valid_access`, kernel/trace/bpf_trace.c 6.1.
  raw_tracepoint: { read: aligned(RAW_TP_ARGS.sizeBytes), write: nowhere() },
  // `syscall_prog_is_valid_access`, kernel/bpf/syscall.c 6.1: what is far behind needs a long ctx.
  syscall: { read: aligned(SYSCALL_PLACES_BYTES), write: aligned(SYSCALL_PLACES_BYTES) },
  sk_lookup: { read: bySize(skLookupPlaces), write: nowhere() },
  flow_dissector: {
    read: nowhere(),
    write: nowhere(),
    packet: READ_ONLY_PACKET,
    object: { offset: field('flow_keys').offset, lenBytes: 56, access: 'memory' },
  },
  // `hook` and `pf`, the only members of `struct nf_hook_state` that are no pointers.
  netfilter: {
    read: nowhere(),
    write: nowhere(),
    object: { offset: 0, lenBytes: 2, access: 'bytes' },
  },
  // `btf_ctx_access`, kernel/bpf/btf.c 6.1; which words are there depends on the hook.
  tracing: { read: aligned(8), write: nowhere() },
  struct_ops: {
    read: aligned(8),
    write: nowhere(),
    object: { offset: 0, lenBytes: 4, access: 'memory' },
  },
  ...(Object.fromEntries(
    UNRUN_TYPES.map((type) => [type, { read: nowhere(), write: nowhere() }]),
  ) as Record<(typeof UNRUN_TYPES)[number], Access>),
};

function nowhere(): Places {
  return bySize(() => []);
}

/** All places that are a multiple of what is accessed. */
function aligned(lenBytes: number): Places {
  return bySize((size) =>
    Array.from({ length: lenBytes / size }, (_, i) => ({ offset: i * size, comparable: true })),
  );
}

/** `sk_lookup_is_valid_access`, net/core/filter.c 6.1. */
function skLookupPlaces(size: number): readonly CtxPlace[] {
  if (size === 8) return [{ offset: 0, comparable: false }];
  return SK_LOOKUP.fields
    .filter(({ name }) => name !== 'cookie')
    .flatMap(({ name, offset, sizeBytes }) => {
      const lenBytes = name === 'remote_port' && size === 4 ? 4 : sizeBytes;
      return Array.from({ length: Math.floor(lenBytes / size) }, (_, i) => ({
        offset: offset + i * size,
        comparable: true,
      }));
    });
}

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

function boundsOf(layout: CtxLayout) {
  const at = (name: string) => ctxField(layout, name)!.offset;
  return { data: at('data'), data_end: at('data_end') };
}

function metaOf(layout: CtxLayout) {
  return { data_meta: ctxField(layout, 'data_meta')!.offset };
}

function field(name: string) {
  return ctxField(SK_BUFF, name)!;
}

function whole(name: string): CtxPlace {
  return place(SK_BUFF, name, true);
}

function place(layout: CtxLayout, name: string, comparable: boolean): CtxPlace {
  return { offset: ctxField(layout, name)!.offset, comparable };
}
