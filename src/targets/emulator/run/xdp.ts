import type { Run } from '../../../case/case.ts';
import { XDP_MD } from '../../../case/ctx.ts';
import { isLiveRun, LIVE_FRAMES } from '../../../case/live-run.ts';
import type { RunOutcome } from '../../target.ts';
import { E2BIG, EFAULT, EINVAL, EMSGSIZE, ENODEV, ENOMEM } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { type CtxStruct, ctxIn, enterCtx, givenField, putField } from './ctx-exchange.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import { clearPacketPage, tailroomBytes } from './packet-room.ts';
import { LOOPBACK_IFINDEX } from './redirect-info.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isGiven, isUnreadable } from './user-memory.ts';
import { fragBytes, fragsBytes, showBuff, type XdpBuff } from './xdp-buff.ts';
import { BATCH_MAX, runLive } from './xdp-live.ts';

/** `XDP_PACKET_HEADROOM`, include/uapi/linux/bpf.h. */
const HEADROOM_BYTES = 256;
/** `MAX_SKB_FRAGS`; a frag is a page. */
const FRAGS_MAX = 17;
/** As many as an interface keeps until they are looked at (targets/kernel/agent/live.c). */
const LIVE_REPEAT_MAX = 4096;
/** BPF_XDP_DEVMAP and BPF_XDP_CPUMAP, `enum bpf_attach_type`. */
const REDIRECT_TARGETS: ReadonlySet<number> = new Set([33, 35]);
export const XDP: RunRule = {
  helpers: offeredTo('xdp'),
  ctx: { layout: XDP_MD, kernelBytes: {}, stores: {}, writeBack: ['data', 'data_end'] },
  run: (session, run) => {
    const outcome = runXdp(session, run);
    return isLiveRun(session.testCase, run) ? { frames: [], ...outcome } : outcome;
  },
  unsupported: (run, _machine, testCase) =>
    isLiveRun(testCase, run) && run.repeat > LIVE_REPEAT_MAX
      ? [`more than ${LIVE_REPEAT_MAX} live frames in a run`]
      : [],
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
  const isFull = release.xdpRun === 'full';
  const isLive = isFull && (run.flags & LIVE_FRAMES) !== 0;
  if (isFull && (run.flags & ~LIVE_FRAMES) !== 0) return failed(run, EINVAL);
  if (isLive && run.batchSize > BATCH_MAX) return failed(run, E2BIG);
  if (!isLive && run.batchSize !== 0) return failed(run, EINVAL);
  const hasCtx = run.ctx !== null || run.ctxOutBytes !== null;
  if (!isFull && hasCtx) return failed(run, EINVAL);
  const ctx = ctxIn(session, run, XDP_MD.sizeBytes);
  if (typeof ctx === 'number') return failed(run, ctx);
  const reservedBytes = isLive ? release.xdpPageHeadBytes : 0;
  if (isLive && ctx !== null && (isGiven(run, 'data_out') || isGiven(run, 'ctx_out'))) {
    return failed(run, EINVAL);
  }
  const layout = isFull ? split(session, data, ctx, reservedBytes) : onePiece(machine, data);
  if (typeof layout === 'number') return failed(run, layout);
  const { metaBytes, linearBytes } = layout;
  if (isLive && data.length > linearBytes) return failed(run, EINVAL);
  const isLost = isUnreadable(run, 'data_in');
  if (isLost && linearBytes > 0) return failed(run, EFAULT);
  const deviceErrno = ctx === null ? 0 : checkDevice(session, ctx);
  if (deviceErrno !== 0) return failed(run, deviceErrno);
  if (isLost && data.length > linearBytes) return failed(run, EFAULT);
  const ifindex = (ctx && Number(givenField(session, ctx, 'ingress_ifindex'))) || LOOPBACK_IFINDEX;
  if (isLive) {
    const frames = runLive(session, run, {
      data,
      metaBytes,
      headroomBytes: HEADROOM_BYTES,
      hardBytes: machine.linux.pageBytes - reservedBytes - tailroomBytes(machine.arch),
      ifindex,
    });
    if (frames === undefined) return faulted(run, machine.fault!);
    const produced = { retval: 0, head: data, frags: new Uint8Array(0), ctx: null };
    return { ...finish(session, run, produced), frames };
  }
  if (data.length - linearBytes > FRAGS_MAX * machine.linux.pageBytes) return failed(run, ENOMEM);

  const start = machine.packetStart + HEADROOM_BYTES - metaBytes;
  clearPacketPage(machine);
  memory.bytes.set(data.subarray(0, linearBytes), start);
  memory.access[machine.packetRegion] = Access.BOTH;
  const buff: XdpBuff = {
    hardStart: machine.packetStart,
    ifindex,
    hardEnd: machine.packetStart + machine.linux.pageBytes - tailroomBytes(machine.arch),
    dataMeta: start,
    data: start + metaBytes,
    dataEnd: start + linearBytes,
    frags: pagesOf(data.subarray(linearBytes), machine.linux.pageBytes),
  };
  machine.xdp = buff;
  enterCtx(session, null, { ingress_ifindex: ifindex });
  showBuff(machine, buff);

  const retval = session.execute(run.repeat);
  if (retval === undefined) return faulted(run, machine.fault!);
  if (ctx !== null) putBounds(session, ctx, buff);
  // 5.10 knows of no metadata here (`bpf_prog_test_run_xdp`).
  const first = isFull ? buff.dataMeta : buff.data;
  return finish(session, run, {
    retval,
    head: memory.bytes.slice(first, buff.dataEnd),
    frags: joinedFrags(machine, buff),
    ctx: ctx?.bytes ?? null,
  });
}

function pagesOf(data: Uint8Array, pageBytes: number): XdpBuff['frags'] {
  const pages: XdpBuff['frags'] = [];
  for (let at = 0; at < data.length; at += pageBytes) {
    const page = new Uint8Array(pageBytes);
    const bytes = data.subarray(at, at + pageBytes);
    page.set(bytes);
    pages.push({ page, sizeBytes: bytes.length });
  }
  return pages;
}

function joinedFrags({ memory }: Machine, buff: XdpBuff): Uint8Array {
  const bytes = new Uint8Array(fragsBytes(buff));
  let at = 0;
  for (const frag of buff.frags) {
    bytes.set(fragBytes(memory, frag), at);
    at += frag.sizeBytes;
  }
  return bytes;
}

/** Linux 5.10: no ctx, no frags, and no minimum. */
function onePiece(machine: Machine, data: Uint8Array): Layout | number {
  if (data.length > linearMax(machine, 0)) return EMSGSIZE;
  return { metaBytes: 0, linearBytes: data.length };
}

/** `reservedBytes` lie before the headroom. */
function split(
  session: RunSession,
  data: Uint8Array,
  ctx: CtxStruct | null,
  reservedBytes: number,
): Layout | number {
  const { machine } = session;
  if (ctx === null) {
    if (data.length < ETHERNET_BYTES) return EINVAL;
    return {
      metaBytes: 0,
      linearBytes: Math.min(data.length, linearMax(machine, 0) - reservedBytes),
    };
  }
  const metaBytes = Number(givenField(session, ctx, 'data'));
  const dataEnd = Number(givenField(session, ctx, 'data_end'));
  if (givenField(session, ctx, 'data_meta') !== 0n) return EINVAL;
  if (dataEnd > data.length || metaBytes > dataEnd) return EINVAL;
  if (metaBytes % 4 !== 0 || metaBytes > machine.release.xdpMetaMax) return EINVAL;
  if (data.length - metaBytes < ETHERNET_BYTES) return EINVAL;
  return {
    metaBytes,
    linearBytes: Math.min(dataEnd, linearMax(machine, metaBytes) - reservedBytes),
  };
}

/** Metadata lies in the headroom. */
const linearMax = ({ linux, arch }: Machine, metaBytes: number): number =>
  linux.pageBytes - (HEADROOM_BYTES - metaBytes) - tailroomBytes(arch);

/** `xdp_convert_md_to_buff`; every device has one queue. */
function checkDevice(session: RunSession, ctx: CtxStruct): number {
  const ifindex = givenField(session, ctx, 'ingress_ifindex');
  const queue = givenField(session, ctx, 'rx_queue_index');
  if (givenField(session, ctx, 'egress_ifindex') !== 0n) return EINVAL;
  if (ifindex === 0n) return queue === 0n ? 0 : EINVAL;
  if (!session.machine.interfaces.includes(Number(ifindex))) return ENODEV;
  return queue === 0n ? 0 : EINVAL;
}

/** `xdp_convert_buff_to_md`: where the packet is, counted from its metadata. */
function putBounds(session: RunSession, ctx: CtxStruct, buff: XdpBuff): void {
  const bounds: Readonly<Record<string, number>> = {
    data: buff.data - buff.dataMeta,
    data_end: buff.dataEnd - buff.dataMeta,
  };
  for (const name of session.rule.ctx.writeBack) putField(session, ctx, name, bounds[name]);
}
