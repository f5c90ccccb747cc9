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

const LAYOUTS: Partial<Record<ProgType, CtxLayout>> = {
  xdp: XDP_MD,
  sched_cls: SK_BUFF,
  sched_act: SK_BUFF,
  socket_filter: SK_BUFF,
};

/** The ctx struct of a prog type; undefined where its layout isn't known here. */
export const ctxLayoutOf = (type: ProgType): CtxLayout | undefined => LAYOUTS[type];

/** The field of that name; undefined where the struct has none. */
export const ctxField = (of: CtxLayout, name: string): CtxField | undefined =>
  of.fields.find((field) => field.name === name);

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
  const bytes = new Uint8Array(Math.max(of.sizeBytes, sizeBytes));
  const view = new DataView(bytes.buffer);
  for (const { name, offset, sizeBytes: width } of of.fields) {
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
  };
}
