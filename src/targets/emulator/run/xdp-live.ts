import type { Case, Run } from '../../../case/case.ts';
import type { LiveFrames } from '../../target.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { enterCtx } from './ctx-exchange.ts';
import { createPagePool } from './page-pool.ts';
import { BLANK, LOOPBACK_IFINDEX, type RedirectInfo } from './redirect-info.ts';
import type { RunSession } from './rules.ts';
import { isTaken, stackOrder } from './stack-order.ts';
import { showBuff, type XdpBuff } from './xdp-buff.ts';

/** `TEST_XDP_MAX_BATCH`, net/bpf/test_run.c 6.1. */
export const BATCH_MAX = 256;
/** `NAPI_POLL_WEIGHT`. */
const BATCH_DEFAULT = 64;

/** `enum xdp_action`; anything else drops the frame. */
const Action = { PASS: 2, TX: 3, REDIRECT: 4 } as const;

/** The most that an interface sends: its MTU, the Ethernet header and a VLAN tag. */
const SENT_BYTES_MAX = 1500 + 14 + 4;

/** The packet that frames begin with. */
export interface LivePacket {
  readonly data: Uint8Array;
  readonly metaBytes: number;
  /** From the beginning of the frame to the packet without metadata, and to where it may grow. */
  readonly headroomBytes: number;
  readonly hardBytes: number;
  readonly ifindex: number;
}

/** A page of the pool: what it holds from the beginning of the frame on. */
interface Page {
  readonly bytes: Uint8Array;
}

/**
 * `bpf_test_run_xdp_live`, net/bpf/test_run.c 6.1: the prog runs once on each of `repeat` frames, in
 * batches. A frame lies in a page of a pool; one whose page is used again has its bounds anew, and the
 * bytes that progs left in it. What left; undefined after a fault.
 */
export function runLive(
  session: RunSession,
  run: Run,
  packet: LivePacket,
): readonly LiveFrames[] | undefined {
  const { machine, testCase } = session;
  const { memory, arch, linux, release, packetStart } = machine;
  const batchSize = run.batchSize === 0 ? BATCH_DEFAULT : run.batchSize;
  const left = createLeft(testCase);
  const pool = createPagePool<Page>(
    { pages: batchSize, pageBytes: linux.pageBytes, cacheLineBytes: arch.cacheLineBytes },
    () => freshPage(packet),
  );
  let page: Page | undefined;
  let inBatch = 0;
  /** Frames for the stack, which gets them at the end of a batch. */
  let passed: { readonly page: Page; readonly bytes: Uint8Array }[] = [];

  memory.access[machine.packetRegion] = Access.BOTH;

  function endBatch(): void {
    const taken = passed.filter(({ bytes }) => isTaken(bytes));
    for (const { bytes } of stackOrder(taken, arch)) left.receive(packet.ifindex, bytes);
    if (release.stackPages === 'recycled') {
      for (const { page, bytes } of passed) if (!isTaken(bytes)) pool.recycle(page);
    }
    passed = [];
    inBatch = 0;
  }

  function beginFrame(): void {
    if (inBatch === batchSize) endBatch();
    if (release.redirectForgotten === 'by-frame') {
      machine.redirect = { to: 'nowhere', index: machine.redirect.index };
    } else if (inBatch === 0) machine.redirect = BLANK;
    inBatch++;
    page = pool.take();
    memory.bytes.set(page.bytes, packetStart);
    const buff = liveBuff(machine, packet);
    machine.xdp = buff;
    enterCtx(session, null, { ingress_ifindex: packet.ifindex });
    showBuff(machine, buff);
  }

  function endFrame(action: number): void {
    const { data, dataEnd } = machine.xdp!;
    page!.bytes.set(memory.bytes.subarray(packetStart, packetStart + packet.hardBytes));
    const bytes = memory.bytes.slice(data, dataEnd);
    if (action === Action.PASS) {
      passed.push({ page: page!, bytes });
      return;
    }
    const targets = targetsOf(machine, action, packet.ifindex, bytes);
    const shift = release.liveCopyShiftBytes;
    const copy = memory.bytes.slice(data - shift, dataEnd - shift);
    for (const [i, target] of targets.entries()) {
      if (target === 'cpu') left.receive(packet.ifindex, bytes);
      else left.send(target, i === targets.length - 1 ? bytes : copy);
    }
    if (targets.length === 0) pool.recycle(page!);
  }

  const retval = session.execute(run.repeat, { begin: beginFrame, end: endFrame });
  endBatch();
  return retval === undefined ? undefined : left.frames();
}

/** `xdp_test_run_init_page`, where pages are zeros at first (CONFIG_INIT_ON_ALLOC_DEFAULT_ON). */
function freshPage(packet: LivePacket): Page {
  const bytes = new Uint8Array(packet.hardBytes);
  bytes.set(packet.data, packet.headroomBytes - packet.metaBytes);
  return { bytes };
}

/** `reset_ctx`. */
function liveBuff({ packetStart }: Machine, packet: LivePacket): XdpBuff {
  const dataMeta = packetStart + packet.headroomBytes - packet.metaBytes;
  return {
    hardStart: packetStart,
    hardEnd: packetStart + packet.hardBytes,
    ifindex: packet.ifindex,
    dataMeta,
    data: dataMeta + packet.metaBytes,
    dataEnd: dataMeta + packet.data.length,
    frags: [],
  };
}

/** Interfaces that a frame is sent out of, or the CPU that it is handed to; none where it is dropped. */
function targetsOf(
  machine: Machine,
  action: number,
  ingress: number,
  { length }: Uint8Array,
): readonly (number | 'cpu')[] {
  if (action !== Action.TX && action !== Action.REDIRECT) return [];
  const info: RedirectInfo =
    action === Action.TX ? { to: 'interface', index: ingress } : machine.redirect;
  machine.redirect = { to: 'nowhere', index: info.index };
  const canSend = (ifindex: number | undefined): ifindex is number =>
    ifindex !== undefined &&
    ifindex !== LOOPBACK_IFINDEX &&
    machine.interfaces.includes(ifindex) &&
    length <= SENT_BYTES_MAX;
  switch (info.to) {
    case 'nowhere':
      return [];
    case 'interface':
      return canSend(info.index) ? [info.index] : [];
    case 'map': {
      if (info.map!.spec.type === 'cpumap') return ['cpu'];
      const ifindex = info.map!.redirectsTo!(info.index);
      return canSend(ifindex) ? [ifindex] : [];
    }
    case 'all-of-map':
      return info.map!.devices!()
        .filter(canSend)
        .filter((ifindex) => info.excludesIngress !== true || ifindex !== ingress);
  }
}

interface Left {
  receive(ifindex: number, bytes: Uint8Array): void;
  send(ifindex: number, bytes: Uint8Array): void;
  frames(): readonly LiveFrames[];
}

/** Gathers what left, for the order that `RunOutcome.frames` has. */
function createLeft({ maps }: Case): Left {
  const received: LiveFrames[] = [];
  const sent: LiveFrames[] = [];
  return {
    receive: (ifindex, bytes) => received.push({ way: 'received', ifindex, times: 1, bytes }),
    send: (ifindex, bytes) => sent.push({ way: 'sent', ifindex, times: 1, bytes }),
    frames() {
      const order = maps.some(({ type }) => type === 'cpumap') ? compareFrames : () => 0;
      return countAlike([
        ...received.toSorted(order),
        ...sent.toSorted((a, b) => a.ifindex - b.ifindex),
      ]);
    },
  };
}

const compareFrames = (a: LiveFrames, b: LiveFrames): number =>
  a.ifindex - b.ifindex || Buffer.compare(a.bytes, b.bytes);

function countAlike(frames: readonly LiveFrames[]): readonly LiveFrames[] {
  const counted: LiveFrames[] = [];
  for (const frame of frames) {
    const last = counted.at(-1);
    if (last?.way === frame.way && compareFrames(last, frame) === 0) {
      counted[counted.length - 1] = { ...last, times: last.times + 1 };
    } else counted.push(frame);
  }
  return counted;
}
