import type { Random } from 'fast-check';
import type { CtxInput, Run } from '../../src/case/case.ts';
import type { CasePlan, MapPlan } from '../plan.ts';
import { oneIn, pick } from '../random.ts';

/** BPF_F_TEST_XDP_LIVE_FRAMES: whose attributes go together. */
const LIVE_FRAMES = 2;

/** One byte of one packet is another. */
export const changePacket = (random: Random, plan: CasePlan): CasePlan =>
  changeRun(random, plan, (run) =>
    run.data === null || run.data.length === 0
      ? run
      : { ...run, data: changedBytes(random, run.data) },
  );

/** A field of the ctx of one run, a little beside what it was. */
export const changeCtx = (random: Random, plan: CasePlan): CasePlan =>
  changeRun(random, plan, (run) =>
    run.ctx === null ? run : { ...run, ctx: changedCtx(random, run.ctx) },
  );

/** How often a run is repeated, or what it has room for. */
export const changeAttribute = (random: Random, plan: CasePlan): CasePlan =>
  changeRun(random, plan, (run) => {
    if ((run.flags & LIVE_FRAMES) !== 0) return run;
    switch (random.nextInt(0, 2)) {
      case 0:
        return { ...run, repeat: random.nextInt(0, 3) };
      case 1:
        return { ...run, dataOutBytes: changedRoom(random, run.dataOutBytes) };
      default:
        return { ...run, ctxOutBytes: changedRoom(random, run.ctxOutBytes) };
    }
  });

/** One run once more, behind the others: what is in maps carries over. */
export function repeatRun(random: Random, plan: CasePlan): CasePlan {
  if (plan.runs.length >= RUNS_MAX) return plan;
  return { ...plan, runs: [...plan.runs, pick(random, plan.runs)] };
}

/** One byte of a key that progs use, or of a value that is in a map at first. */
export function changeMap(random: Random, plan: CasePlan): CasePlan {
  if (plan.maps.length === 0) return plan;
  const chosen = random.nextInt(0, plan.maps.length - 1);
  return { ...plan, maps: plan.maps.with(chosen, changedMap(random, plan.maps[chosen])) };
}

const RUNS_MAX = 8;

function changeRun(random: Random, plan: CasePlan, change: (run: Run) => Run): CasePlan {
  if (plan.runs.length === 0) return plan;
  const chosen = random.nextInt(0, plan.runs.length - 1);
  return { ...plan, runs: plan.runs.with(chosen, change(plan.runs[chosen])) };
}

function changedBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const at = random.nextInt(0, bytes.length - 1);
  changed[at] = pick(random, [bytes[at] + 1, bytes[at] - 1, bytes[at] ^ 0x80, 0, 0xff]);
  return changed;
}

function changedCtx(random: Random, ctx: CtxInput): CtxInput {
  const names = Object.keys(ctx.fields);
  if (names.length === 0) return ctx;
  const name = pick(random, names);
  const before = ctx.fields[name];
  // Within the width that the field has, whatever it is.
  const after = pick(random, [0n, before >> 1n, before ^ 1n]);
  return { ...ctx, fields: { ...ctx.fields, [name]: after } };
}

/** Never 0 bytes, which means any number of them. */
const changedRoom = (random: Random, bytes: number | null): number | null =>
  bytes === null ? null : oneIn(random, 3) ? null : Math.max(1, bytes - random.nextInt(1, 16));

function changedMap(random: Random, { spec, keys }: MapPlan): MapPlan {
  const { entries } = spec;
  const isPlain = spec.spinLock === undefined && spec.kptr === undefined && VALUED.has(spec.type);
  if (isPlain && entries.length > 0 && spec.valueBytes > 0 && oneIn(random, 2)) {
    const at = random.nextInt(0, entries.length - 1);
    const { key, value } = entries[at];
    const changed = { key, value: changedBytes(random, value) };
    return { keys, spec: { ...spec, entries: entries.with(at, changed) } };
  }
  const at = random.nextInt(0, keys.length - 1);
  if (keys.length === 0 || keys[at].length === 0) return { spec, keys };
  return { spec, keys: keys.with(at, changedBytes(random, keys[at])) };
}

/** Whose values are the prog's own: others name progs, maps or devices. */
const VALUED: ReadonlySet<string> = new Set([
  ...['array', 'hash', 'percpu_array', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'lpm_trie'],
]);
