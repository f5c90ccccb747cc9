import type { Random } from 'fast-check';
import type { Run } from '../src/case/case.ts';
import { attachTypes } from './attach-types.ts';
import type { Palette } from './capabilities.ts';
import { drawCommands } from './commands.ts';
import { hooksOf } from './hooks.ts';
import { drawLiveRun, drawVerdict, isSteady, liveMaps } from './live-run.ts';
import { needsMet } from './map-kinds.ts';
import { drawMaps, drawOddMap } from './maps.ts';
import type { CasePlan, ProgPlan } from './plan.ts';
import type { Profile } from './profiles.ts';
import { drawProg, drawTargets } from './prog/prog.ts';
import { oneIn, percent, pick } from './random.ts';
import { drawRuns } from './run.ts';
import { createPool } from './values.ts';

/** BPF_F_TEST_RND_HI32: the verifier scrambles upper halves that it takes for unused. */
const TEST_RND_HI32 = 0x4;

/** The plan of a whole case. */
export function drawCasePlan(random: Random, palette: Palette, profile: Profile): CasePlan {
  const pool = createPool();
  const live = palette.kinds.has('verdict') && percent(random, profile.livePercent);
  const maps = live
    ? liveMaps(random, drawMaps(random, palette, pool, profile.mapTypes))
    : drawMaps(random, palette, pool, profile.mapTypes);
  const met = needsMet(maps);
  const hasTargets = maps.some(({ spec }) => spec.type === 'prog_array');
  const prog = drawProg(random, palette, profile, pool, met);
  const attachType = pick(random, attachTypes(palette.progType));
  const hooks = hooksOf(palette.progType, attachType);
  const drawn = drawRuns(random, palette, pool, profile);
  const runs = live ? withLiveRuns(random, drawn) : drawn;
  return {
    progType: palette.progType,
    attachType,
    attachBtf: hooks.length > 0 ? pick(random, hooks).name : undefined,
    progFlags: percent(random, profile.scrambledPercent) ? TEST_RND_HI32 : 0,
    maps,
    targets: hasTargets ? drawTargets(random, palette, profile, pool, met) : [],
    prog: live ? withVerdict(random, prog, palette) : prog,
    runs,
    commands:
      palette.runs === 'paired'
        ? []
        : drawCommands(
            random,
            live ? maps.filter(isSteady) : maps,
            runs.length,
            pool,
            profile.commandsPercent,
          ),
    oddMaps: percent(random, profile.oddMapsPercent) ? [drawOddMap(random, palette)] : [],
    breach: undefined,
  };
}

const withLiveRuns = (random: Random, runs: readonly Run[]): readonly Run[] =>
  runs.map((run) => (percent(random, 80) ? drawLiveRun(random, run) : run));

/** Ends with what becomes of the frame. */
const withVerdict = (random: Random, prog: ProgPlan, palette: Palette): ProgPlan =>
  oneIn(random, 8)
    ? prog
    : { ...prog, body: [...prog.body, drawVerdict(random, { palette })], result: 0 };
