import type { Random } from 'fast-check';
import { PLAIN_RUN, type Run } from '../src/case/case.ts';
import { type CtxLayout, ctxLayoutOf, SK_BUFF, XDP_MD } from '../src/case/ctx.ts';
import { twistRun } from './attributes.ts';
import type { Palette } from './capabilities.ts';
import { drawCtx } from './ctx.ts';
import { type GeneratedType, readsSocket } from './ctx-access.ts';
import { overrideRun } from './overrides.ts';
import { OWN_RUN } from './own-run.ts';
import { drawPacket } from './packet.ts';
import type { Profile } from './profiles.ts';
import { oneIn, percent, pick } from './random.ts';
import { repeated } from './repeated.ts';
import type { Pool } from './values.ts';

/** The ctx of types whose attributes are driven to their limits: those with packets. */
const TWISTED: ReadonlySet<CtxLayout | undefined> = new Set([SK_BUFF, XDP_MD]);
/** What the largest XDP metadata and some growth add to a packet. */
const SPARE_BYTES = 256;

/** As many runs as the profile has, mostly of different packets. */
export function drawRuns(
  random: Random,
  { progType, runs: asked }: Pick<Palette, 'progType' | 'runs'>,
  pool: Pool,
  {
    runs: { min, max },
    twistedPercent,
    overriddenPercent,
  }: Pick<Profile, 'runs' | 'twistedPercent' | 'overriddenPercent'>,
): readonly Run[] {
  const draw = OWN_RUN[progType] ?? drawRun;
  return repeated(random.nextInt(min, max), () => {
    const run = draw(random, progType, pool);
    if (asked === 'paired') return pairedRun(run, progType);
    const isTwisted = TWISTED.has(ctxLayoutOf(progType)) && percent(random, twistedPercent);
    const twisted = isTwisted ? twistRun(random, progType, run) : run;
    return percent(random, overriddenPercent) ? overrideRun(random, progType, twisted) : twisted;
  });
}

function drawRun(random: Random, type: GeneratedType, pool: Pool): Run {
  const data = oneIn(random, 40) ? null : drawPacket(random, pool);
  const dataBytes = data?.length ?? 0;
  const ctx = percent(random, 50) ? drawCtx(random, type, dataBytes, pool) : null;
  // Linux 5.10 knows no ctx of XDP at all.
  const isPlain = ctx === null && percent(random, 50);
  return {
    data,
    ctx,
    repeat: percent(random, 70) ? 1 : random.nextInt(0, 3),
    flags: drawFlags(random, type),
    cpu: oneIn(random, 60) ? 1 : 0,
    batchSize: oneIn(random, 60) ? 1 : 0,
    dataOutBytes: drawOut(random, dataBytes + SPARE_BYTES, dataBytes),
    ctxOutBytes: isPlain ? null : drawOut(random, ctxLayoutOf(type)?.sizeBytes ?? 8, 8),
  };
}

/** The run as a target can be asked for it that takes outputs with their inputs alone. */
const pairedRun = ({ data, ctx, repeat }: Run, type: GeneratedType): Run => ({
  ...PLAIN_RUN,
  data,
  ctx,
  repeat,
  dataOutBytes: data && data.length + SPARE_BYTES,
  ctxOutBytes: ctx && (ctxLayoutOf(type)?.sizeBytes ?? 8),
});

function drawFlags(random: Random, type: GeneratedType): number {
  if (oneIn(random, 60)) return pick(random, WRONG_FLAGS);
  return readsSocket(type) && oneIn(random, 10) ? CHECKSUM_COMPLETE : 0;
}

/** BPF_F_TEST_SKB_CHECKSUM_COMPLETE, of skbs. */
const CHECKSUM_COMPLETE = 4;
/** Bits that no kernel knows. RUN_ON_CPU (1) and live frames (2) would make answers a matter of luck. */
const WRONG_FLAGS = [0x10, 0x80000000];

/**
 * Enough, or none, or too little. Never a buffer of 0 bytes: the kernel takes its size for unknown and
 * writes all it has (`bpf_test_finish`, 6.1).
 */
function drawOut(random: Random, enoughBytes: number, fewBytes: number): number | null {
  if (percent(random, 80)) return enoughBytes;
  if (percent(random, 70)) return null;
  return random.nextInt(1, Math.max(1, fewBytes));
}
