import type { ProgType } from './prog-type.ts';

/** A field of a ctx struct as user space and progs see it (UAPI, not the kernel's own layout). */
export interface CtxField {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: 1 | 2 | 4 | 8;
}

/** A ctx struct. */
export interface CtxLayout {
  /** The UAPI struct's name. */
  readonly struct: string;
  readonly sizeBytes: number;
  readonly fields: readonly CtxField[];
  /**
   * The eight bytes behind the struct, by the name `tail`, which a ctx that is longer than the struct may
   * hold.
   */
  readonly tail: CtxField;
}

/** `struct __sk_buff`, include/uapi/linux/bpf.h; 192 bytes since 5.18 (184 without `hwtstamp`). */
export const SK_BUFF: CtxLayout = layout('__sk_buff', 192, {
  len: 0,
  pkt_type: 4,
  mark: 8,
  queue_mapping: 12,
  protocol: 16,
  vlan_present: 20,
  vlan_tci: 24,
  vlan_proto: 28,
  priority: 32,
  ingress_ifindex: 36,
  ifindex: 40,
  tc_index: 44,
  cb0: 48,
  cb1: 52,
  cb2: 56,
  cb3: 60,
  cb4: 64,
  hash: 68,
  tc_classid: 72,
  data: 76,
  data_end: 80,
  napi_id: 84,
  family: 88,
  remote_ip4: 92,
  local_ip4: 96,
  remote_ip6_0: 100,
  remote_ip6_1: 104,
  remote_ip6_2: 108,
  remote_ip6_3: 112,
  local_ip6_0: 116,
  local_ip6_1: 120,
  local_ip6_2: 124,
  local_ip6_3: 128,
  remote_port: 132,
  local_port: 136,
  data_meta: 140,
  flow_keys: [144, 8],
  tstamp: [152, 8],
  wire_len: 160,
  gso_segs: 164,
  sk: [168, 8],
  gso_size: 176,
  tstamp_type: [180, 1],
  hwtstamp: [184, 8],
});

/** `struct xdp_md`, include/uapi/linux/bpf.h. */
export const XDP_MD: CtxLayout = layout('xdp_md', 24, {
  data: 0,
  data_end: 4,
  data_meta: 8,
  ingress_ifindex: 12,
  rx_queue_index: 16,
  egress_ifindex: 20,
});

/** A name for each of so many u64, one behind the other. */
const words = (count: number): Record<string, readonly [number, 8]> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, [8 * i, 8] as const]));

/** Arguments of a raw tracepoint: as many u64 as `MAX_BPF_FUNC_ARGS`, include/linux/bpf.h. */
export const RAW_TP_ARGS: CtxLayout = layout('bpf_raw_tracepoint_args', 96, words(12));

/** The ctx of a syscall prog is what its user gives; these words of it have names. */
export const SYSCALL_CTX: CtxLayout = layout('syscall ctx', 256, words(32));

/**
 * Arguments of a function of `bpf_dummy_ops`. The first is a pointer to `struct bpf_dummy_ops_state`:
 * here 0 for NULL, or else what that struct's `val` is, of which 32 bits count.
 */
export const DUMMY_OPS_ARGS: CtxLayout = layout('bpf_dummy_ops args', 40, words(5));

/**
 * `struct bpf_sk_lookup`, include/uapi/linux/bpf.h; 72 bytes since 5.17 (64 without
 * `ingress_ifindex`). What is `remote_port_pad` here belonged to a `remote_port` of 32 bits up to then.
 */
export const SK_LOOKUP: CtxLayout = layout('bpf_sk_lookup', 72, {
  cookie: [0, 8],
  family: 8,
  protocol: 12,
  remote_ip4: 16,
  remote_ip6_0: 20,
  remote_ip6_1: 24,
  remote_ip6_2: 28,
  remote_ip6_3: 32,
  remote_port: [36, 2],
  remote_port_pad: [38, 2],
  local_ip4: 40,
  local_ip6_0: 44,
  local_ip6_1: 48,
  local_ip6_2: 52,
  local_ip6_3: 56,
  local_port: 60,
  ingress_ifindex: 64,
});

/** `struct bpf_flow_keys`, include/uapi/linux/bpf.h: what a flow dissector's run takes and gives. */
export const FLOW_KEYS: CtxLayout = layout('bpf_flow_keys', 56, {
  nhoff: [0, 2],
  thoff: [2, 2],
  addr_proto: [4, 2],
  is_frag: [6, 1],
  is_first_frag: [7, 1],
  is_encap: [8, 1],
  ip_proto: [9, 1],
  n_proto: [10, 2],
  sport: [12, 2],
  dport: [14, 2],
  ipv6_src_0: 16,
  ipv6_src_1: 20,
  ipv6_src_2: 24,
  ipv6_src_3: 28,
  ipv6_dst_0: 32,
  ipv6_dst_1: 36,
  ipv6_dst_2: 40,
  ipv6_dst_3: 44,
  flags: 48,
  flow_label: 52,
});

/** `struct nf_hook_state`, include/linux/netfilter.h: what a netfilter prog's run takes. */
export const NF_HOOK_STATE: CtxLayout = layout('nf_hook_state', 48, {
  hook: [0, 1],
  pf: [1, 1],
  in: [8, 8],
  out: [16, 8],
  sk: [24, 8],
  net: [32, 8],
  okfn: [40, 8],
});

const LAYOUTS: Partial<Record<ProgType, CtxLayout>> = {
  xdp: XDP_MD,
  sched_cls: SK_BUFF,
  sched_act: SK_BUFF,
  socket_filter: SK_BUFF,
  raw_tracepoint: RAW_TP_ARGS,
  syscall: SYSCALL_CTX,
  sk_lookup: SK_LOOKUP,
  flow_dissector: FLOW_KEYS,
  netfilter: NF_HOOK_STATE,
  struct_ops: DUMMY_OPS_ARGS,
  cgroup_skb: SK_BUFF,
  lwt_in: SK_BUFF,
  lwt_out: SK_BUFF,
  lwt_xmit: SK_BUFF,
  lwt_seg6local: SK_BUFF,
};

/** The ctx struct of a prog type; undefined where its layout isn't known here. */
export const ctxLayoutOf = (type: ProgType): CtxLayout | undefined => LAYOUTS[type];

/** The field of that name, `tail` too; undefined where there is none. */
export const ctxField = (of: CtxLayout, name: string): CtxField | undefined =>
  allFields(of).find((field) => field.name === name);

/** The fields of the struct, and what is behind it. */
export const allFields = ({ fields, tail }: CtxLayout): readonly CtxField[] => [...fields, tail];

/** The field that byte `offset` lies in; undefined for padding. */
export const ctxFieldAt = (of: CtxLayout, offset: number): CtxField | undefined =>
  of.fields.find((field) => offset >= field.offset && offset < field.offset + field.sizeBytes);

/**
 * The bytes of `ctx_in`: `sizeBytes` of them, in the kernel's byte order. Fields beyond `sizeBytes`
 * are cut; names that the layout lacks must have been refused before.
 */
export function encodeCtx(
  of: CtxLayout,
  fields: Readonly<Record<string, bigint>>,
  sizeBytes: number,
  littleEndian: boolean,
): Uint8Array {
  const { tail } = of;
  const bytes = new Uint8Array(Math.max(tail.offset + tail.sizeBytes, sizeBytes));
  const view = new DataView(bytes.buffer);
  for (const { name, offset, sizeBytes: width } of allFields(of)) {
    const value = fields[name];
    if (value === undefined) continue;
    if (width === 8) view.setBigUint64(offset, value, littleEndian);
    else if (width === 4) view.setUint32(offset, Number(value), littleEndian);
    else if (width === 2) view.setUint16(offset, Number(value), littleEndian);
    else view.setUint8(offset, Number(value));
  }
  return bytes.subarray(0, sizeBytes);
}

function layout(
  struct: string,
  sizeBytes: number,
  fields: Record<string, number | readonly [offset: number, sizeBytes: 1 | 2 | 4 | 8]>,
): CtxLayout {
  return {
    struct,
    sizeBytes,
    fields: Object.entries(fields).map(([name, place]) =>
      typeof place === 'number'
        ? { name, offset: place, sizeBytes: 4 }
        : { name, offset: place[0], sizeBytes: place[1] },
    ),
    tail: { name: 'tail', offset: sizeBytes, sizeBytes: 8 },
  };
}
