import type { Run } from '../../../case/case.ts';
import { SK_BUFF } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EBADMSG, EFAULT, EINVAL, ENODEV, ENOMEM, ENOTSUPP, EOPNOTSUPP } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { checksumOf, folded } from './checksum.ts';
import { type CtxStruct, ctxIn, enterCtx, givenField, writeBack } from './ctx-exchange.ts';
import {
  type CtxRule,
  type CtxStore,
  store16,
  store32,
  store64,
  storeQueueMapping,
} from './ctx-rule.ts';
import { ETHERNET_BYTES, hasIpHeader, packetType, protocolOf, socketFields } from './ethernet.ts';
import { type Packet, placePacket } from './packet.ts';
import { linearBytesMax } from './packet-room.ts';
import type { RunRule, RunSession } from './rules.ts';
import { makeHeadroom } from './skb-head.ts';
import { pushBytes } from './skb-state.ts';
import { isUnreadable } from './user-memory.ts';

/** BPF_F_TEST_SKB_CHECKSUM_COMPLETE. */
const CHECKSUM_COMPLETE = 4;
/** `GSO_LEGACY_MAX_SIZE` and `GSO_MAX_SEGS`, include/linux/netdevice.h. */
const WIRE_LEN_MAX = 65536n;
const GSO_SEGS_MAX = 65535n;
const LOOPBACK_IFINDEX = 1;
/** `MAX_SKB_FRAGS`; a frag is a page. */
const FRAGS_MAX = 17;

/** Fields of `ctx_in` that `convert___skb_to_skb` takes; all else must be 0. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['mark', 'priority', 'ifindex', 'cb0', 'cb1', 'cb2', 'cb3', 'cb4'],
  ...['tstamp', 'wire_len', 'gso_segs', 'gso_size', 'hwtstamp'],
]);

/** net/core/filter.c 6.1, `bpf_convert_ctx_access`: the sizes of the fields of `struct sk_buff`. */
const KERNEL_BYTES: CtxRule['kernelBytes'] = {
  pkt_type: 1,
  vlan_present: 1,
  protocol: 2,
  vlan_proto: 2,
  vlan_tci: 2,
  queue_mapping: 2,
  tc_index: 2,
  tc_classid: 2,
  gso_segs: 2,
  gso_size: 2,
  // `skc_family` of the socket.
  family: 2,
};

const CB_STORES: Readonly<Record<string, CtxStore>> = {
  cb0: 'bytes',
  cb1: 'bytes',
  cb2: 'bytes',
  cb3: 'bytes',
  cb4: 'bytes',
};

/** `convert_skb_to___skb`, net/bpf/test_run.c 6.1. */
const WRITE_BACK = [
  ...['mark', 'priority', 'ingress_ifindex', 'ifindex', 'tstamp'],
  ...['cb0', 'cb1', 'cb2', 'cb3', 'cb4', 'wire_len', 'gso_segs', 'hwtstamp'],
];

/** sched_cls and sched_act: the packet begins with its Ethernet header. */
export const SCHED: RunRule = {
  helpers: offeredTo('sched_cls'),
  ctx: skbCtx({
    mark: store32,
    priority: store32,
    tc_index: store16,
    tc_classid: store16,
    queue_mapping: storeQueueMapping,
    tstamp: store64,
  }),
  run: (session, run) =>
    runSkb(session, run, { startsAt: 'ethernet', pointers: 'computed', access: Access.BOTH }),
  unsupported: () => [],
};

/** socket_filter: the packet begins behind its Ethernet header, and is seen through helpers only. */
export const SOCKET_FILTER: RunRule = {
  helpers: offeredTo('socket_filter'),
  ctx: skbCtx({}),
  run: (session, run) =>
    runSkb(session, run, { startsAt: 'network', pointers: 'none', access: Access.NONE }),
  unsupported: () => [],
};

/** cgroup_skb: `data_end` used to be left at 0, so that no packet was ever long enough. */
export const CGROUP_SKB: RunRule = {
  helpers: offeredTo('cgroup_skb'),
  ctx: skbCtx({ mark: store32, priority: store32, tstamp: store64 }),
  run: (session, run) =>
    runSkb(session, run, {
      startsAt: 'network',
      pointers: session.machine.release.cgroupSkbPointers,
      access: Access.READ,
      sees: 'socket',
    }),
  unsupported: () => [],
};

const LWT_CTX = skbCtx({ mark: store32, priority: store32 });

/** lwt_in and lwt_out. */
export const LWT: RunRule = {
  helpers: offeredTo('lwt_in'),
  ctx: LWT_CTX,
  run: (session, run) =>
    runSkb(session, run, { startsAt: 'network', pointers: 'lwt', access: Access.READ }),
  unsupported: () => [],
};

export const LWT_XMIT: RunRule = {
  ...LWT,
  helpers: offeredTo('lwt_xmit'),
  run: (session, run) =>
    runSkb(session, run, {
      startsAt: 'network',
      pointers: 'lwt',
      access: Access.BOTH,
      needs: 'ipv6',
    }),
};

/** lwt_seg6local: as the others, without packet pointers, in the releases that run it at all. */
export const LWT_SEG6LOCAL: RunRule = {
  ...LWT,
  run: (session, run) => {
    const { arch, release } = session.machine;
    return (arch.seg6localRun ?? release.seg6localRun) === 'refused'
      ? failed(run, ENOTSUPP)
      : runSkb(session, run, { startsAt: 'network', pointers: 'zero', access: Access.READ });
  },
};

function skbCtx(stores: CtxRule['stores']): CtxRule {
  return {
    layout: SK_BUFF,
    kernelBytes: KERNEL_BYTES,
    stores: { ...CB_STORES, ...stores },
    writeBack: WRITE_BACK,
  };
}

/** What is different from type to type. */
interface SkbType {
  readonly startsAt: 'ethernet' | 'network';
  /**
   * `bpf_compute_data_pointers` before the run: `zero` where it isn't called and progs see `data` and a
   * `data_end` of 0; `lwt` also refuses a linear size.
   */
  readonly pointers: 'computed' | 'zero' | 'none' | 'lwt';
  /** What progs may do with the bytes that they have pointers to. */
  readonly access: number;
  /** Is given a route of IPv6. */
  readonly needs?: 'ipv6';
  /** The addresses of the socket are in the ctx. */
  readonly sees?: 'socket';
}

/** `bpf_prog_test_run_skb`, net/bpf/test_run.c 6.1 and 7.2. */
function runSkb(session: RunSession, run: Run, type: SkbType): RunOutcome {
  const { machine } = session;
  const { release } = machine;
  const data = run.data ?? new Uint8Array(0);
  if ((run.flags & ~release.skbFlags) !== 0) return failed(run, EINVAL);
  if (run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  if (data.length < ETHERNET_BYTES) return failed(run, EINVAL);
  const max = linearBytesMax(machine);
  if (release.skbFrags === 'refused' && data.length > max) return failed(run, EINVAL);
  const isLost = isUnreadable(run, 'data_in');
  if (release.skbFrags === 'refused' && isLost) return failed(run, EFAULT);
  const ctx = ctxIn(session, run, release.skBuffBytes);
  if (typeof ctx === 'number') return failed(run, ctx);
  const wanted = wantedLinear(session, ctx, data, type);
  if (wanted === undefined) return failed(run, EINVAL);
  if (isLost) return failed(run, EFAULT);
  const linearBytes = Math.min(wanted, max);
  if (data.length - linearBytes > FRAGS_MAX * machine.linux.pageBytes) return failed(run, ENOMEM);
  if (ctx !== null && givenField(session, ctx, 'ifindex') > LOOPBACK_IFINDEX) {
    return failed(run, ENODEV);
  }
  if (!hasIpHeader(data, linearBytes)) return failed(run, EINVAL);
  const isL2 = type.startsAt === 'ethernet';
  const lenBytes = isL2 ? data.length : data.length - ETHERNET_BYTES;
  const converted = ctx === null ? {} : convertCtx(session, run, ctx, lenBytes);
  if (converted === undefined) return failed(run, EINVAL);

  const packet = placePacket(machine, data, { lenBytes, linearBytes, access: type.access });
  const isChecked = (run.flags & CHECKSUM_COMPLETE) !== 0;
  if (isChecked) {
    packet.skb.summed = 'complete';
    packet.skb.checksum = checksumOf(machine, packet);
  }
  if (type.needs === 'ipv6' && lacksIpv6(machine)) return failed(run, EOPNOTSUPP);
  packet.skb.routed = type.needs === 'ipv6' && release.lwtXmitRoute === 'ipv6';
  machine.packet = packet;
  enterCtx(session, ctx, {
    ...converted,
    len: lenBytes,
    pkt_type: packetType(data),
    protocol: protocolOf(data, machine.littleEndian),
    ifindex: LOOPBACK_IFINDEX,
    sk: machine.pointers.socket,
    ...(type.pointers !== 'none' && { data: packet.start, data_meta: packet.start }),
    data_end: hasPointers(type) ? packet.linearEnd : 0,
    ...(type.sees === 'socket' && socketFields(data, machine.littleEndian)),
  });

  const retval = session.execute(run.repeat);
  if (retval === undefined) return faulted(run, machine.fault!);
  const { memory } = machine;
  if (!isL2 && !pushZeros(machine, packet)) return failed(run, ENOMEM);
  if (isChecked && folded(packet.skb.checksum) !== folded(checksumOf(machine, packet))) {
    return failed(run, EBADMSG);
  }
  if (ctx !== null) writeBack(session, ctx);
  return finish(session, run, {
    retval,
    head: memory.bytes.slice(packet.start, packet.linearEnd),
    frags: memory.bytes.slice(packet.linearEnd, packet.end),
    ctx: ctx?.bytes ?? null,
  });
}

/** `HH_DATA_MOD`, include/linux/netdevice.h. */
const LINK_HEADER_STEP_BYTES = 16;

/** Adds an Ethernet header, which types that begin behind it have lost; false where there is no memory for it. */
function pushZeros(machine: Machine, packet: Packet): boolean {
  const { memory } = machine;
  if (!makeHeadroom(machine, packet, ETHERNET_BYTES, LINK_HEADER_STEP_BYTES)) return false;
  pushBytes(packet, ETHERNET_BYTES);
  memory.bytes.fill(0, packet.start, packet.start + ETHERNET_BYTES);
  return true;
}

/** The linear size that is asked for; undefined where the ctx is refused for it. */
function wantedLinear(
  session: RunSession,
  ctx: CtxStruct | null,
  data: Uint8Array,
  { pointers }: SkbType,
): number | undefined {
  if (session.machine.release.skbFrags === 'refused' || ctx === null) return data.length;
  const given = (name: string) => givenField(session, ctx, name);
  if (given('data') !== 0n || given('data_meta') !== 0n) return undefined;
  const dataEnd = given('data_end');
  if (dataEnd === 0n) return data.length;
  if (dataEnd > BigInt(data.length) || pointers === 'lwt') return undefined;
  return Math.max(ETHERNET_BYTES, Number(dataEnd));
}

const hasPointers = ({ pointers }: SkbType): boolean =>
  pointers === 'computed' || pointers === 'lwt';

/**
 * `convert___skb_to_skb`: the fields that progs see otherwise than they were given; undefined where the
 * ctx is refused. Without any ctx `wire_len` reads 0, with a `wire_len` of 0 the packet's length.
 */
function convertCtx(
  session: RunSession,
  run: Run,
  ctx: CtxStruct,
  lenBytes: number,
): Readonly<Record<string, bigint>> | undefined {
  const { skbIngressIfindex, skbFrags } = session.machine.release;
  const mayBeGiven: Readonly<Record<string, boolean>> = {
    ingress_ifindex: skbIngressIfindex === 'kept',
    data_end: skbFrags === 'nonlinear',
  };
  for (const name in run.ctx?.fields) {
    if (!(mayBeGiven[name] ?? TAKEN.has(name)) && givenField(session, ctx, name) !== 0n)
      return undefined;
  }
  const wireLen = givenField(session, ctx, 'wire_len');
  if (wireLen !== 0n && (wireLen < BigInt(lenBytes) || wireLen > WIRE_LEN_MAX)) return undefined;
  if (givenField(session, ctx, 'gso_segs') > GSO_SEGS_MAX) return undefined;
  return {
    wire_len: wireLen === 0n ? BigInt(lenBytes) : wireLen,
    gso_size: givenField(session, ctx, 'gso_size') & 0xffffn,
  };
}

const lacksIpv6 = ({ release, arch }: Machine): boolean =>
  release.lwtXmitRoute === 'ipv6' && arch.ipv6 === 'absent';
