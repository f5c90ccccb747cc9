import type { Random } from 'fast-check';
import type { CtxInput, Run } from '../src/case/case.ts';
import { type CtxField, ctxLayoutOf } from '../src/case/ctx.ts';
import { LIVE_FRAMES } from '../src/case/live-run.ts';
import { type GeneratedType, readsSocket } from './ctx-access.ts';
import { ETHERNET_BYTES, LINEAR_MAX_BYTES } from './packet.ts';
import { oneIn, pick, pickWeighted, weighted } from './random.ts';

/**
 * A run with one to three attributes of `bpf_attr.test` at their limits or beyond: each alone, and
 * together, where the order of the kernel's checks shows.
 */
export function twistRun(random: Random, type: GeneratedType, run: Run): Run {
  let twisted = run;
  for (let left = pick(random, TWISTS_A_RUN); left > 0; left--) {
    twisted = pickWeighted(random, TWISTS)(random, twisted, type);
  }
  return twisted;
}

const TWISTS_A_RUN = [1, 1, 1, 1, 2, 2, 3];

type Twist = (random: Random, run: Run, type: GeneratedType) => Run;

/** Bits that are some flag, and some that are none. */
const FLAGS = [1, 4, 4, 4, 4, 5, 6, 7, 8, 0x10, 0x80000000, 0xffffffff];
const REPEATS = [0, 2, 3, 5, 17, 100];
const CPUS = [1, 2, 0xffffffff];
const BATCH_SIZES = [1, 64, 256, 257, 0xffffffff];

const TWISTS = weighted<Twist>([
  [(random, run, type) => ({ ...run, flags: drawFlags(random, type) }), 8],
  // Of skbs: the packet's checksum, which most edits of it break.
  [(_, run, type) => ({ ...run, flags: readsSocket(type) ? 4 : run.flags }), 16],
  [(random, run) => oversized(random, run), 8],
  [(random, run, type) => withNoDevice(random, run, type), 6],
  [(random, run) => ({ ...run, repeat: pick(random, REPEATS) }), 6],
  [(random, run) => ({ ...run, cpu: pick(random, CPUS) }), 2],
  [(random, run) => ({ ...run, batchSize: pick(random, BATCH_SIZES) }), 2],
  [(random, run) => resized(run, drawDataBytes(random)), 10],
  [(random, run) => shortIp(random, run), 4],
  [(random, run) => ({ ...run, data: oneIn(random, 2) ? null : new Uint8Array(0) }), 1],
  [(random, run) => ({ ...run, dataOutBytes: drawDataOut(random, run) }), 8],
  [(random, run, type) => ({ ...run, ctxOutBytes: drawCtxBytes(random, type) }), 6],
  [(random, run, type) => withSize(run, drawCtxBytes(random, type)), 6],
  [(random, run, type) => withTail(random, run, type), 3],
  [(random, run, type) => withField(random, run, type), 16],
  [(random, run) => withDataEnd(random, run), 8],
]);

/** XDP's runs of live frames are drawn elsewhere (`drawLiveRun`). */
function drawFlags(random: Random, type: GeneratedType): number {
  const flags = pick(random, FLAGS);
  return type === 'xdp' ? (flags & ~LIVE_FRAMES) >>> 0 : flags;
}

const bytesOf = ({ data }: Run): number => data?.length ?? 0;

/** Around the least, the most in one piece (XDP and skb), and the most there is. */
const DATA_BYTES = [
  ...[1, 13, ETHERNET_BYTES, 15, 33, 34, 53, 54, 64, 1500],
  ...[LINEAR_MAX_BYTES, 3736, 3712, 3710, 4096, 8192],
];
const LARGE_BYTES = [65_536, 65_550, LINEAR_MAX_BYTES + 17 * 4096, 3712 + 17 * 4096];

function drawDataBytes(random: Random): number {
  const about = pick(random, oneIn(random, 15) ? LARGE_BYTES : DATA_BYTES);
  return Math.max(0, about + random.nextInt(-2, 2));
}

/** The packet cut, or lengthened by bytes that tell their place. */
function resized(run: Run, lenBytes: number): Run {
  const data = new Uint8Array(lenBytes).map((_, i) => (i % 251) + 1);
  data.set((run.data ?? data).subarray(0, lenBytes));
  const isWhole = run.dataOutBytes !== null && run.dataOutBytes >= bytesOf(run);
  return { ...run, data, ...(isWhole && { dataOutBytes: lenBytes + 64 }) };
}

/** Nothing is wrong but that there is more of the packet than there may be. */
const oversized = (random: Random, run: Run): Run => ({
  ...run,
  ...{ ctx: null, ctxOutBytes: null, flags: 0, cpu: 0, batchSize: 0 },
  attr: { data_size_in: pick(random, OVERSIZES) },
});

const OVERSIZES = [
  ...[3711, 3713, LINEAR_MAX_BYTES + 1, 4096, 65_536, 0x7fff_ffff, 0xffff_ffff],
  ...[3712, 3710, LINEAR_MAX_BYTES].map((bytes) => bytes + 17 * 4096 + 1),
];

/** A packet that says IP and ends about where its header does. */
function shortIp(random: Random, run: Run): Run {
  const [type, header] = pick(random, [
    [[0x08, 0x00], 20],
    [[0x86, 0xdd], 40],
  ] as const);
  const short = resized(run, ETHERNET_BYTES + header + random.nextInt(-2, 1));
  short.data!.set(type, 12);
  return short;
}

/** The size that comes out is that of the packet, or nearly; 0 asks for all there is. */
function drawDataOut(random: Random, run: Run): number | null {
  if (oneIn(random, 8)) return null;
  if (oneIn(random, 5)) return 0;
  const about = pick(random, [1, ETHERNET_BYTES, bytesOf(run), bytesOf(run), 2 * bytesOf(run)]);
  return Math.max(1, about + random.nextInt(-2, 2));
}

/** Every size up to a little beyond the struct, of any release; and the most that there may be. */
function drawCtxBytes(random: Random, type: GeneratedType): number {
  const { sizeBytes } = ctxLayoutOf(type)!;
  if (oneIn(random, 6)) return pick(random, [4095, 4096, 4097, 65_536]);
  if (oneIn(random, 2)) return sizeBytes + random.nextInt(-9, 9);
  return random.nextInt(0, sizeBytes + 9);
}

function ctxOf(run: Run, sizeBytes: number): CtxInput {
  return run.ctx ?? { sizeBytes, fields: {} };
}

function withSize(run: Run, sizeBytes: number): Run {
  return { ...run, ctx: { ...ctxOf(run, sizeBytes), sizeBytes } };
}

/** Something behind the struct. */
function withTail(random: Random, run: Run, type: GeneratedType): Run {
  const sizeBytes = ctxLayoutOf(type)!.sizeBytes + random.nextInt(1, 9);
  const { fields } = ctxOf(run, sizeBytes);
  const tail = BigInt(pick(random, [0, 1, 0x80, 0xff])) << BigInt(8 * random.nextInt(0, 7));
  return { ...run, ctx: { sizeBytes, fields: { ...fields, tail } } };
}

/** One field, whichever: most must be 0, others have limits. */
function withField(random: Random, run: Run, type: GeneratedType): Run {
  const layout = ctxLayoutOf(type)!;
  const ctx = ctxOf(run, layout.sizeBytes);
  const limited = layout.fields.filter(({ name }) => name in LIMITS);
  const field = pick(random, oneIn(random, 3) ? layout.fields : limited);
  const value = drawField(random, field, run);
  return { ...run, ctx: { ...ctx, fields: { ...ctx.fields, [field.name]: value } } };
}

/** A ctx that is sound but for a device that there isn't. */
function withNoDevice(random: Random, run: Run, type: GeneratedType): Run {
  const { sizeBytes, fields } = ctxLayoutOf(type)!;
  const name = fields.some((field) => field.name === 'ifindex') ? 'ifindex' : 'ingress_ifindex';
  return {
    ...run,
    flags: 0,
    ctx: {
      sizeBytes,
      fields: {
        ...(type === 'xdp' && { data_end: BigInt(bytesOf(run)) }),
        [name]: pick(random, [2n, 3n, 0x7ffffff0n]),
      },
    },
  };
}

/** Fields with limits of their own, where values beyond the width's own are worth a try. */
const LIMITS: Readonly<Record<string, (run: Run) => readonly number[]>> = {
  ifindex: () => [1, 2, 3, 0x7ffffff0],
  ingress_ifindex: () => [1, 2, 0x7ffffff0],
  rx_queue_index: () => [1],
  egress_ifindex: () => [1],
  wire_len: (run) => [1, bytesOf(run) - ETHERNET_BYTES, bytesOf(run), 65_536],
  gso_segs: () => [1, 0xffff, 0x10000],
  gso_size: () => [1, 0xffff, 0x10000, 0x10001],
  data: (run) => [4, 8, 32, 36, 216, 220, 252, bytesOf(run)],
  data_end: (run) => [1, ETHERNET_BYTES, bytesOf(run)],
  data_meta: () => [1, 4],
  tstamp: () => [1],
  hwtstamp: () => [1],
  cb0: () => [1],
  mark: () => [1],
};

function drawField(random: Random, { name, sizeBytes }: CtxField, run: Run): bigint {
  const mask = (1n << BigInt(8 * sizeBytes)) - 1n;
  if (oneIn(random, 6)) return mask;
  const limit = pick(random, LIMITS[name]?.(run) ?? [1, 0x80]);
  return BigInt(limit + (oneIn(random, 3) ? random.nextInt(-1, 1) : 0)) & mask;
}

/** Where the linear part of the packet ends. */
function withDataEnd(random: Random, run: Run): Run {
  const ctx = ctxOf(run, 192);
  const about = pick(random, [...HEADER_ENDS, bytesOf(run), bytesOf(run) >> 1]);
  const end = BigInt(Math.max(0, about + random.nextInt(-1, 1)));
  return { ...run, ctx: { ...ctx, fields: { ...ctx.fields, data_end: end } } };
}

const HEADER_ENDS = [0, 1, ETHERNET_BYTES, 34, 54, 3712];
