import type { Random } from 'fast-check';
import { attachTypes } from './attach-types.ts';
import type { Palette } from './capabilities.ts';
import { hooksOf } from './hooks.ts';
import { kindsWith } from './map-kinds.ts';
import { drawMaps } from './maps.ts';
import type { CasePlan } from './plan.ts';
import type { Profile } from './profiles.ts';
import { drawProg, drawTargets } from './prog/prog.ts';
import { percent, pick } from './random.ts';
import { drawRuns } from './run.ts';
import { createPool } from './values.ts';

/** BPF_F_TEST_RND_HI32: the verifier scrambles upper halves that it takes for unused. */
const TEST_RND_HI32 = 0x4;

/** The plan of a whole case. */
export function drawCasePlan(random: Random, all: Palette, profile: Profile): CasePlan {
  const pool = createPool();
  const maps = drawMaps(random, all, pool);
  const palette = { ...all, kinds: kindsWith(maps, all.kinds) };
  const hasTargets = maps.some(({ spec }) => spec.type === 'prog_array');
  const attachType = pick(random, attachTypes(palette.progType));
  const hooks = hooksOf(palette.progType, attachType);
  return {
    progType: palette.progType,
    attachType,
    ...(hooks.length > 0 && { attachBtf: pick(random, hooks).name }),
    progFlags: percent(random, profile.scrambledPercent) ? TEST_RND_HI32 : 0,
    maps,
    targets: hasTargets ? drawTargets(random, palette, profile, pool) : [],
    prog: drawProg(random, palette, profile, pool),
    runs: drawRuns(random, palette, pool, profile.twistedPercent),
  };
}
