import type { Random } from 'fast-check';
import type { Palette } from './capabilities.ts';
import type { CasePlan } from './plan.ts';
import type { Profile } from './profiles.ts';

/** A way to draw plans: for one of the palettes that `drawPalette` gives, which comes back with it. */
export type DrawPlan = (
  random: Random,
  drawPalette: () => Palette,
  profile: Profile,
) => { readonly plan: CasePlan; readonly palette: Palette };
