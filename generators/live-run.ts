import type { Random } from 'fast-check';
import type { CtxInput, Run } from '../src/case/case.ts';
import { XDP_MD } from '../src/case/ctx.ts';
import { LIVE_FRAMES, LIVE_INTERFACES } from '../src/case/live-run.ts';
import type { Palette } from './capabilities.ts';
import type { MapBy, MapPlan } from './plan.ts';
import { oneIn, percent, pick } from './random.ts';
import { repeated } from './repeated.ts';

export const LIVE_IFINDEXES = LIVE_INTERFACES;
/** An interface that no machine has. */
export const NO_IFINDEX = 0x7ffffff0;

/** What counts frames: see `verdict`. */
const FRAME_COUNTER: MapPlan = {
  spec: {
    name: 'frames',
    type: 'array',
    keyBytes: 4,
    valueBytes: 8,
    maxEntries: 1,
    flags: 0,
    entries: [],
  },
  keys: [new Uint8Array(4)],
};

/** Maps for live frames: what counts them, and maps of devices that lead to interfaces. */
export const liveMaps = (random: Random, maps: readonly MapPlan[]): readonly MapPlan[] => [
  ...maps.map((map) => withInterfaces(random, map)),
  FRAME_COUNTER,
];

/** A map of devices leads to interfaces, and a `cpumap` to the CPU. */
function withInterfaces(random: Random, map: MapPlan): MapPlan {
  const { spec } = map;
  const startingWith = (first: number): Uint8Array => {
    const value = new Uint8Array(spec.valueBytes);
    new DataView(value.buffer).setUint32(0, first, true);
    return value;
  };
  if (spec.type === 'devmap' || spec.type === 'devmap_hash') {
    const entries = spec.entries.map(({ key }) => ({
      key,
      value: startingWith(pick(random, [1, ...LIVE_IFINDEXES, ...LIVE_IFINDEXES])),
    }));
    return { ...map, spec: { ...spec, entries } };
  }
  if (spec.type === 'cpumap' && oneIn(random, 2)) {
    const entries = [{ key: new Uint8Array(4), value: startingWith(CPU_QUEUE) }];
    return { ...map, spec: { ...spec, entries } };
  }
  return map;
}

/** Longer than any run of live frames: a shorter one drops some of them by luck. */
const CPU_QUEUE = 2048;

/** Whether commands may change a map of a case with live frames: they know short queues as well. */
export const isSteady = ({ spec }: MapPlan): boolean => spec.type !== 'cpumap';

/** About a batch, a stack of pages and a ring of them; the page pool's are 64, and a ring's as a batch. */
const REPEATS = [
  ...[0, 1, 2, 3, 5, 16, 17, 33, 63, 64, 65, 66, 80, 96, 100, 127, 128, 129, 130, 160, 192, 193],
  ...[255, 256, 257, 258, 300, 320],
];
const BATCHES = [0, 0, 1, 2, 3, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 128, 255, 256];
const WRONG_BATCHES = [257, 0xffffffff];

/** What fits into a page of 6.1 and of later ones, and what an interface sends. */
const LENGTHS = [3368, 3408, 3520, 1514, 1518];

/** A run of live frames with the packet and ctx of another run, mostly one that is taken. */
export function drawLiveRun(random: Random, run: Run): Run {
  const data = drawLength(random, run.data);
  const ctx = percent(random, 70) ? drawLiveCtx(random, run.ctx, data?.length ?? 0) : null;
  const mayWrite = ctx === null || oneIn(random, 20);
  return {
    ...run,
    data,
    ctx,
    repeat: oneIn(random, 3) ? pick(random, [1, 2, 3, 70]) : pick(random, REPEATS),
    flags: LIVE_FRAMES | (oneIn(random, 40) ? pick(random, [1, 4, 8, 0x40000000]) : 0),
    batchSize: oneIn(random, 25) ? pick(random, WRONG_BATCHES) : pick(random, BATCHES),
    dataOutBytes: mayWrite ? drawOut(random, data?.length ?? 0) : null,
    ctxOutBytes: oneIn(random, 25) ? XDP_MD.sizeBytes : null,
  };
}

function drawLength(random: Random, data: Uint8Array | null): Uint8Array | null {
  if (data === null || !oneIn(random, 8)) return data;
  const longer = new Uint8Array(pick(random, LENGTHS) + random.nextInt(-2, 3));
  longer.set(data.subarray(0, longer.length));
  return longer;
}

/** The whole packet in one piece, of one of the interfaces; now and then not. */
function drawLiveCtx(random: Random, given: CtxInput | null, dataBytes: number): CtxInput {
  const meta = percent(random, 30) ? 4 * random.nextInt(1, oneIn(random, 4) ? 56 : 8) : 0;
  const fields: Record<string, bigint> = {
    ...(oneIn(random, 8) && given?.fields),
    data_end: BigInt(oneIn(random, 25) ? random.nextInt(0, dataBytes) : dataBytes),
    ingress_ifindex: BigInt(pick(random, [0, 1, 10, 10, 11, 11, oneIn(random, 8) ? 12 : 10])),
  };
  if (meta > 0) fields.data = BigInt(meta);
  if (oneIn(random, 30)) fields.rx_queue_index = 1n;
  return { sizeBytes: XDP_MD.sizeBytes, fields };
}

function drawOut(random: Random, dataBytes: number): number | null {
  if (oneIn(random, 3)) return null;
  return Math.max(1, pick(random, [dataBytes, dataBytes + 64, 14, dataBytes - 1, 1]));
}

/** Counts live frames; the count chooses one of `args`, of which each says what becomes of a frame. */
export interface VerdictFragment {
  readonly kind: 'verdict';
  readonly by: MapBy;
  readonly map: number;
  /** The byte of the packet that counts as well. */
  readonly at: number;
  readonly args: readonly number[];
}

/** What becomes of live frames: a hint for each of up to four verdicts, which take turns. */
export const drawVerdict = (
  random: Random,
  { palette }: { readonly palette: Palette },
): VerdictFragment => ({
  kind: 'verdict',
  by: pick(random, palette.valueBy),
  map: random.nextInt(0, 7),
  at: oneIn(random, 4) ? random.nextInt(0, 40) : random.nextInt(0, 13),
  args: repeated(random.nextInt(1, 4), () => random.nextInt(0, 255)),
});
