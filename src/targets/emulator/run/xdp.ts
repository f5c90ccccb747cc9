import type { Run } from '../../../case/case.ts';
import { XDP_MD } from '../../../case/ctx.ts';
import { helperId } from '../../../isa/helpers.ts';
import type { RunOutcome } from '../../target.ts';
import { EINVAL, EMSGSIZE, ENODEV, ENOMEM } from '../errno.ts';
import { MAP_HELPERS } from '../helpers/map-helpers.ts';
import type { Machine } from '../machine.ts';
import { Access, setBounds } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { type CtxStruct, ctxIn, enterCtx, givenField, putField } from './ctx-exchange.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import { tailroomBytes } from './packet.ts';
import type { RunRule, RunSession } from './rules.ts';

/** `XDP_PACKET_HEADROOM`, include/uapi/linux/bpf.h. */
const HEADROOM_BYTES = 256;
/** `MAX_SKB_FRAGS`; a frag is a page. */
const FRAGS_MAX = 17;
const LOOPBACK_IFINDEX = 1n;
/** BPF_XDP_DEVMAP and BPF_XDP_CPUMAP, `enum bpf_attach_type`. */
const REDIRECT_TARGETS: ReadonlySet<number> = new Set([33, 35]);
/** BPF_F_TEST_XDP_LIVE_FRAMES. */
const LIVE_FRAMES = 2;

const HELPERS = [
  ...['map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns', 'trace_printk'],
  ...['get_prandom_u32', 'get_smp_processor_id', 'loop'],
  ...['per_cpu_ptr', 'this_cpu_ptr'],
  ...MAP_HELPERS,
  'redirect_map',
];

export const XDP: RunRule = {
  helpers: new Set(HELPERS.map((name) => helperId(name)!)),
  ctx: { layout: XDP_MD, kernelBytes: {}, stores: {}, writeBack: ['data', 'data_end'] },
  run: runXdp,
  unsupported: (run, machine) =>
    machine.release.xdpFlags === 'checked' && run.flags === LIVE_FRAMES ? ['XDP live frames'] : [],
};

/** What the checks of `bpf_prog_test_run_xdp` leave of a run. */
interface Layout {
  readonly metaBytes: number;
  /** Bytes in one piece, metadata included; the rest goes to frags. */
  readonly linearBytes: number;
}

/** `bpf_prog_test_run_xdp`, net/bpf/test_run.c 6.1. */
function runXdp(session: RunSession, run: Run): RunOutcome {
  const { machine, testCase } = session;
  const { release, memory } = machine;
  const data = run.data ?? new Uint8Array(0);
  if (REDIRECT_TARGETS.has(testCase.expectedAttachType)) return failed(run, EINVAL);
  if (release.xdpFlags === 'checked' && run.flags !== 0) return failed(run, EINVAL);
  if (run.batchSize !== 0) return failed(run, EINVAL);
  const hasCtx = run.ctx !== null || run.ctxOutBytes !== null;
  if (release.xdpCtx === 'refused' && hasCtx) return failed(run, EINVAL);
  const ctx = ctxIn(session, run, XDP_MD.sizeBytes);
  if (typeof ctx === 'number') return failed(run, ctx);
  const layout = release.xdpCtx === 'refused' ? onePiece(machine, data) : split(session, data, ctx);
  if (typeof layout === 'number') return failed(run, layout);
  const deviceErrno = ctx === null ? 0 : checkDevice(session, ctx);
  if (deviceErrno !== 0) return failed(run, deviceErrno);
  const { metaBytes, linearBytes } = layout;
  if (data.length - linearBytes > FRAGS_MAX * machine.linux.pageBytes) return failed(run, ENOMEM);

  const start = machine.packetStart + HEADROOM_BYTES - metaBytes;
  const end = start + linearBytes;
  memory.bytes.set(data.subarray(0, linearBytes), start);
  memory.access[machine.packetRegion] = Access.BOTH;
  setBounds(memory, machine.packetRegion, start, end);
  machine.packet = null;
  enterCtx(session, null, {
    data: start + metaBytes,
    data_end: end,
    data_meta: start,
    ingress_ifindex: LOOPBACK_IFINDEX,
  });

  const retval = session.execute(run.repeat);
  if (retval === undefined) return faulted(run, machine.fault!);
  if (ctx !== null) putBounds(session, ctx, metaBytes, linearBytes);
  return finish(session, run, {
    retval,
    head: memory.bytes.slice(start, end),
    frags: data.subarray(linearBytes),
    ctx: ctx?.bytes ?? null,
  });
}

/** Linux 5.10: no ctx, no frags, and no minimum. */
function onePiece(machine: Machine, data: Uint8Array): Layout | number {
  if (data.length > linearMax(machine, 0)) return EMSGSIZE;
  return { metaBytes: 0, linearBytes: data.length };
}

function split(session: RunSession, data: Uint8Array, ctx: CtxStruct | null): Layout | number {
  const { machine } = session;
  if (ctx === null) {
    if (data.length < ETHERNET_BYTES) return EINVAL;
    return { metaBytes: 0, linearBytes: Math.min(data.length, linearMax(machine, 0)) };
  }
  const metaBytes = Number(givenField(session, ctx, 'data'));
  const dataEnd = Number(givenField(session, ctx, 'data_end'));
  if (givenField(session, ctx, 'data_meta') !== 0n) return EINVAL;
  if (dataEnd > data.length || metaBytes > dataEnd) return EINVAL;
  if (metaBytes % 4 !== 0 || metaBytes > machine.release.xdpMetaMax) return EINVAL;
  if (data.length - metaBytes < ETHERNET_BYTES) return EINVAL;
  return { metaBytes, linearBytes: Math.min(dataEnd, linearMax(machine, metaBytes)) };
}

/** Metadata lies in the headroom. */
const linearMax = ({ linux, arch }: Machine, metaBytes: number): number =>
  linux.pageBytes - (HEADROOM_BYTES - metaBytes) - tailroomBytes(arch);

/** `xdp_convert_md_to_buff`, with the loopback device, which has one queue, as the only one. */
function checkDevice(session: RunSession, ctx: CtxStruct): number {
  const ifindex = givenField(session, ctx, 'ingress_ifindex');
  const queue = givenField(session, ctx, 'rx_queue_index');
  if (givenField(session, ctx, 'egress_ifindex') !== 0n) return EINVAL;
  if (ifindex === 0n) return queue === 0n ? 0 : EINVAL;
  if (ifindex !== LOOPBACK_IFINDEX) return ENODEV;
  return queue === 0n ? 0 : EINVAL;
}

/** `xdp_convert_buff_to_md`: where the packet is, counted from its metadata. */
function putBounds(session: RunSession, ctx: CtxStruct, data: number, dataEnd: number): void {
  const bounds: Readonly<Record<string, number>> = { data, data_end: dataEnd };
  for (const name of session.rule.ctx.writeBack) putField(session, ctx, name, bounds[name]);
}
