import type { Random } from 'fast-check';
import { PLAIN_RUN, type Run } from '../src/case/case.ts';
import { FLOW_KEYS, NF_HOOK_STATE, SK_LOOKUP } from '../src/case/ctx.ts';
import { drawCtx } from './ctx.ts';
import type { GeneratedType } from './ctx-access.ts';
import { drawPacket } from './packet.ts';
import { oneIn, percent, pick } from './random.ts';
import type { Pool } from './values.ts';

type Draw = (random: Random, type: GeneratedType, pool: Pool) => Run;

/** How a run is drawn, for types that take other attributes than packets: mostly one that is taken. */
export const OWN_RUN: Partial<Record<GeneratedType, Draw>> = {
  // BPF_F_TEST_RUN_ON_CPU is 1; the command looks at no other flag.
  raw_tracepoint: (random, type, pool) =>
    drawPlain(random, type, pool, {
      flags: percent(random, 60) ? 0 : pick(random, [1, 1, 2, 3, 0x80000000]),
      cpu: percent(random, 75) ? 0 : pick(random, FAR_CPUS),
    }),
  syscall: (random, type, pool) =>
    drawPlain(random, type, pool, {
      flags: oneIn(random, 25) ? pick(random, [1, 2, 4, 0x10]) : 0,
      cpu: oneIn(random, 10) ? 0xffffffff : 0,
    }),
  sk_lookup: (random, type, pool) =>
    drawRefusing(random, {
      data: oneIn(random, 40) ? drawPacket(random, pool) : null,
      ctx: oneIn(random, 15) ? null : drawCtx(random, type, 0, pool),
      dataOutBytes: oneIn(random, 40) ? 8 : null,
      ctxOutBytes: drawOut(random, SK_LOOKUP.sizeBytes),
    }),
  flow_dissector: (random, type, pool) =>
    drawRefusing(random, {
      data: drawData(random, pool, [13, 14, 4096, 4097]),
      ctx: percent(random, 40) ? drawCtx(random, type, 0, pool) : null,
      dataOutBytes: drawOut(random, FLOW_KEYS.sizeBytes),
      ctxOutBytes: drawOut(random, FLOW_KEYS.sizeBytes),
    }),
  netfilter: (random, type, pool) =>
    drawRefusing(random, {
      data: drawData(random, pool, [19, 20, 33, 34, 53, 54, 3710, 3713]),
      ctx: percent(random, 60) ? drawCtx(random, type, 0, pool) : null,
      dataOutBytes: drawOut(random, 64),
      ctxOutBytes: percent(random, 90) ? null : NF_HOOK_STATE.sizeBytes,
    }),
  // Nothing but the ctx counts.
  struct_ops: (random, type, pool) =>
    drawRefusing(random, {
      data: oneIn(random, 10) ? drawPacket(random, pool) : null,
      ctx: oneIn(random, 15) ? null : drawCtx(random, type, 0, pool),
      dataOutBytes: oneIn(random, 10) ? 8 : null,
      ctxOutBytes: oneIn(random, 10) ? 8 : null,
    }),
};

const FAR_CPUS = [1, 2, 64, 0x7fffffff, 0x80000000, 0xffffffff];

/** A ctx, and what may not be there mostly isn't. */
function drawPlain(
  random: Random,
  type: GeneratedType,
  pool: Pool,
  { flags, cpu }: Pick<Run, 'flags' | 'cpu'> = PLAIN_RUN,
): Run {
  return {
    data: oneIn(random, 40) ? drawPacket(random, pool) : null,
    ctx: percent(random, 85) ? drawCtx(random, type, 0, pool) : null,
    repeat: oneIn(random, 30) ? 1 : 0,
    flags,
    cpu,
    batchSize: oneIn(random, 60) ? 1 : 0,
    dataOutBytes: oneIn(random, 50) ? 8 : null,
    ctxOutBytes: oneIn(random, 50) ? 8 : null,
  };
}

/** A run with attributes that must be 0, and mostly are. */
const drawRefusing = (
  random: Random,
  {
    data,
    ctx,
    dataOutBytes,
    ctxOutBytes,
  }: Pick<Run, 'data' | 'ctx' | 'dataOutBytes' | 'ctxOutBytes'>,
): Run => ({
  data,
  ctx,
  repeat: drawRepeat(random),
  flags: oneIn(random, 50) ? pick(random, [1, 2, 4, 0x80000000]) : 0,
  cpu: oneIn(random, 50) ? 1 : 0,
  batchSize: oneIn(random, 50) ? 1 : 0,
  dataOutBytes,
  ctxOutBytes,
});

const drawRepeat = (random: Random): number => (percent(random, 70) ? 1 : random.nextInt(0, 3));

/** A packet, or zeros of a length at which something changes. */
function drawData(random: Random, pool: Pool, lengths: readonly number[]): Uint8Array | null {
  if (oneIn(random, 40)) return null;
  return oneIn(random, 12) ? new Uint8Array(pick(random, lengths)) : drawPacket(random, pool);
}

/** Room for all, or none, or for less. */
function drawOut(random: Random, enoughBytes: number): number | null {
  if (percent(random, 70)) return enoughBytes + random.nextInt(0, 8);
  return oneIn(random, 2) ? null : random.nextInt(1, enoughBytes);
}
