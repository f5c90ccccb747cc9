import type { Random } from 'fast-check';
import type { ProgType } from '../src/case/prog-type.ts';
import { type Capabilities, type Palette, palettesOf } from './capabilities.ts';
import { drawCasePlan } from './case-plan.ts';
import { UNRUN_TYPES } from './ctx-access.ts';
import type { DrawPlan } from './draw-plan.ts';
import { drawBreach, variantsOf } from './near-miss/breach.ts';
import type { CasePlan } from './plan.ts';
import { PROFILES, type Profile, type ProfileName, type Size, sized } from './profiles.ts';
import { pick } from './random.ts';

export interface CaseOptions {
  /** One of those that have a name, or one of your own. */
  readonly profile: ProfileName | Profile;
  /** What cases may use. Where there are several, each case is for one; the first comes twice as often. */
  readonly capabilities: readonly Capabilities[];
  /** How large progs are; `medium` where absent. */
  readonly size?: Size;
  /** Prog types to generate; all that generators know where absent. */
  readonly progTypes?: readonly ProgType[];
}

/** Draws the plans of whole cases. Throws where the capabilities allow no prog at all. */
export function createPlanSource(
  { profile: asked, capabilities, progTypes, size = 'medium' }: CaseOptions,
  drawPlan: DrawPlan = drawAnyPlan,
): (random: Random) => CasePlan {
  const profile = sized(typeof asked === 'string' ? PROFILES[asked] : asked, size);
  const sets = capabilities.map((set) => palettesOf(set, progTypes));
  const choices = (sets.length > 1 ? [sets[0], ...sets] : sets).map(choiceOf);
  /** What can be broken in progs of a palette; empty where all cases are to be valid. */
  const variants = new Map(
    profile.breaches === undefined
      ? []
      : sets.flatMap((set, i) =>
          set.map((palette) => [palette, variantsOf(capabilities[i], palette.progType)] as const),
        ),
  );
  return (random) => {
    const choice = pick(random, choices);
    const { plan, palette } = drawPlan(random, () => pickPalette(random, choice), profile);
    const known = variants.get(palette);
    return known === undefined ? plan : { ...plan, breach: drawBreach(random, known) };
  };
}

const drawAnyPlan: DrawPlan = (random, drawPalette, profile) => {
  const palette = drawPalette();
  return { palette, plan: drawCasePlan(random, palette, profile) };
};

/** Palettes of types that something is run for, and of the others. */
interface Choice {
  readonly run: readonly Palette[];
  readonly unrun: readonly Palette[];
}

const choiceOf = (palettes: readonly Palette[]): Choice => {
  const isUnrun = ({ progType }: Palette) =>
    (UNRUN_TYPES as readonly ProgType[]).includes(progType);
  return {
    run: palettes.filter((palette) => !isUnrun(palette)),
    unrun: palettes.filter(isUnrun),
  };
};

/** Types that nothing is run for all together come as often as one of the others. */
function pickPalette(random: Random, { run, unrun }: Choice): Palette {
  if (unrun.length === 0) return pick(random, run);
  return random.nextInt(0, run.length) === 0 ? pick(random, unrun) : pick(random, run);
}
