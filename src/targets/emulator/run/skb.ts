import type { Run } from '../../../case/case.ts';
import { SK_BUFF } from '../../../case/ctx.ts';
import { helperId } from '../../../isa/helpers.ts';
import type { RunOutcome } from '../../target.ts';
import { EINVAL, ENODEV } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { setBounds } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { type CtxStruct, ctxIn, enterCtx, givenField, writeBack } from './ctx-exchange.ts';
import {
  type CtxRule,
  type CtxStore,
  store16,
  store32,
  store64,
  storeQueueMapping,
} from './ctx-rule.ts';
import { ETHERNET_BYTES, hasIpHeader, packetType, protocolOf } from './ethernet.ts';
import { tailroomBytes } from './packet.ts';
import type { RunRule, RunSession } from './rules.ts';

/** `NET_IP_ALIGN`: 0 on x86-64, and this where the architecture does not say, as in user-mode Linux. */
const IP_ALIGN_BYTES = 2;
/** `GSO_LEGACY_MAX_SIZE` and `GSO_MAX_SEGS`, include/linux/netdevice.h. */
const WIRE_LEN_MAX = 65536n;
const GSO_SEGS_MAX = 65535n;
const LOOPBACK_IFINDEX = 1;
const NO_FRAGS = new Uint8Array(0);

/** Fields of `ctx_in` that `convert___skb_to_skb` takes; all else must be 0. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['mark', 'priority', 'ingress_ifindex', 'ifindex', 'cb0', 'cb1', 'cb2', 'cb3', 'cb4'],
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

const HELPERS = [
  ...['map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns', 'trace_printk'],
  ...['get_prandom_u32', 'get_smp_processor_id', 'skb_load_bytes', 'loop'],
  ...['per_cpu_ptr', 'this_cpu_ptr'],
];
const ids = (names: readonly string[]): ReadonlySet<number> =>
  new Set(names.map((name) => helperId(name)!));

/** sched_cls: the packet begins with its Ethernet header, and progs access it directly. */
export const SCHED_CLS: RunRule = {
  helpers: ids([...HELPERS, 'skb_store_bytes', 'sk_fullsock']),
  ctx: {
    layout: SK_BUFF,
    kernelBytes: KERNEL_BYTES,
    stores: {
      ...CB_STORES,
      mark: store32,
      priority: store32,
      tc_index: store16,
      tc_classid: store16,
      queue_mapping: storeQueueMapping,
      tstamp: store64,
    },
    writeBack: WRITE_BACK,
  },
  run: (session, run) => runSkb(session, run, { startsAt: 'ethernet' }),
  unsupported,
};

/** socket_filter: the packet begins behind its Ethernet header, and is seen through helpers only. */
export const SOCKET_FILTER: RunRule = {
  helpers: ids(HELPERS),
  ctx: { layout: SK_BUFF, kernelBytes: KERNEL_BYTES, stores: CB_STORES, writeBack: WRITE_BACK },
  run: (session, run) => runSkb(session, run, { startsAt: 'network' }),
  unsupported,
};

/** `bpf_prog_test_run_skb`, net/bpf/test_run.c 6.1. */
function runSkb(
  session: RunSession,
  run: Run,
  { startsAt }: { readonly startsAt: 'ethernet' | 'network' },
): RunOutcome {
  const { machine } = session;
  const { memory, release } = machine;
  const data = run.data ?? new Uint8Array(0);
  if (run.flags !== 0 || run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  if (data.length < ETHERNET_BYTES) return failed(run, EINVAL);
  if (data.length > linearMax(machine)) return failed(run, EINVAL);
  const ctx = ctxIn(session, run, release.skBuffBytes);
  if (typeof ctx === 'number') return failed(run, ctx);
  if (ctx !== null && givenField(session, ctx, 'ifindex') > LOOPBACK_IFINDEX) {
    return failed(run, ENODEV);
  }
  if (!hasIpHeader(data)) return failed(run, EINVAL);
  const isDirect = startsAt === 'ethernet';
  const lenBytes = isDirect ? data.length : data.length - ETHERNET_BYTES;
  const converted = ctx === null ? {} : convertCtx(session, run, ctx, lenBytes);
  if (converted === undefined) return failed(run, EINVAL);

  const frame = machine.packetStart + machine.arch.skbPadBytes;
  memory.bytes.set(data, frame);
  const end = frame + data.length;
  const start = end - lenBytes;
  setBounds(memory, machine.packetRegion, start, isDirect ? end : start);
  machine.packet = {
    start,
    end,
    networkOffset: frame + ETHERNET_BYTES - start,
    macOffset: frame - start,
  };
  enterCtx(session, ctx, {
    ...converted,
    len: lenBytes,
    pkt_type: packetType(data),
    protocol: protocolOf(data, machine.littleEndian),
    ifindex: LOOPBACK_IFINDEX,
    sk: machine.pointers.socket,
    ...(isDirect && { data: start, data_meta: start, data_end: end }),
  });

  const retval = session.execute(run.repeat);
  if (retval === undefined) return faulted(run, machine.fault!);
  // `__skb_push` of a header of zeros: what was there is lost to types that begin behind it.
  if (!isDirect) memory.bytes.fill(0, frame, start);
  if (ctx !== null) writeBack(session, ctx);
  const head = memory.bytes.slice(frame, end);
  return finish(session, run, { retval, head, frags: NO_FRAGS, ctx: ctx?.bytes ?? null });
}

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
  const { skbIngressIfindex } = session.machine.release;
  for (const name in run.ctx?.fields) {
    const isTaken = TAKEN.has(name) && (name !== 'ingress_ifindex' || skbIngressIfindex === 'kept');
    if (!isTaken && givenField(session, ctx, name) !== 0n) return undefined;
  }
  const wireLen = givenField(session, ctx, 'wire_len');
  if (wireLen !== 0n && (wireLen < BigInt(lenBytes) || wireLen > WIRE_LEN_MAX)) return undefined;
  if (givenField(session, ctx, 'gso_segs') > GSO_SEGS_MAX) return undefined;
  return {
    wire_len: wireLen === 0n ? BigInt(lenBytes) : wireLen,
    gso_size: givenField(session, ctx, 'gso_size') & 0xffffn,
  };
}

const linearMax = ({ linux, arch }: Machine): number =>
  linux.pageBytes - arch.skbPadBytes - tailroomBytes(arch);

function unsupported(run: Run, machine: Machine): readonly string[] {
  const { skbFlags, skbFrags } = machine.release;
  const dataBytes = run.data?.length ?? 0;
  const max = linearMax(machine);
  const missing: string[] = [];
  if ((run.flags & skbFlags) !== 0) missing.push('checksum flag of a run');
  if (dataBytes > max - IP_ALIGN_BYTES && dataBytes <= max) {
    missing.push('packet as long as some architectures take and others refuse');
  }
  if (skbFrags === 'nonlinear' && dataBytes > max) missing.push('non-linear skb');
  if (skbFrags === 'nonlinear' && (run.ctx?.fields.data_end ?? 0n) !== 0n) {
    missing.push('linear size of an skb');
  }
  return missing;
}
