import type { Random } from 'fast-check';
import type { Palette } from './capabilities.ts';
import { drawMaps } from './maps.ts';
import type { CasePlan } from './plan.ts';
import type { Profile } from './profiles.ts';
import { drawProg } from './prog/prog.ts';
import { percent } from './random.ts';
import { drawRuns } from './run.ts';
import { createPool } from './values.ts';

/** BPF_F_TEST_RND_HI32: the verifier scrambles upper halves that it takes for unused. */
const TEST_RND_HI32 = 0x4;

/** The plan of a whole case. */
export function drawCasePlan(random: Random, palette: Palette, profile: Profile): CasePlan {
  const pool = createPool();
  return {
    progType: palette.progType,
    progFlags: percent(random, profile.scrambledPercent) ? TEST_RND_HI32 : 0,
    maps: drawMaps(random, palette, pool),
    prog: drawProg(random, palette, profile, pool),
    runs: drawRuns(random, palette, pool),
  };
}
