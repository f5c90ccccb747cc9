import type { DrawPlan } from './draw-plan.ts';
import { gridSheets } from './grid/grid.ts';
import { mutatePlan } from './mutate/mutate.ts';
import { type CaseOptions, createPlanSource } from './plan-source.ts';
import { PROFILES, type Profile, type ProfileName } from './profiles.ts';
import { seededRandom } from './random.ts';
import { bare, type Shrinkable, shrinkableOf } from './shrinkable.ts';

export interface CaseSource {
  /** The next case; there is always one. */
  next(): Shrinkable;
  /** How many cases come first that are the same for every seed: those of a grid. */
  readonly fixedCases: number;
  /**
   * A case made from the first of those given by a few changes; parts of the others may be in it. Undefined
   * where the first is one of the grid, which nothing can be changed of. What `next` gives does not depend on it.
   */
  mutantOf(parents: readonly [Shrinkable, ...Shrinkable[]]): Shrinkable | undefined;
}

/** What cases a source gives: drawn ones, or the grid and drawn ones of the default behind it. */
export type SourceProfile = ProfileName | typeof GRID;
const GRID = 'grid';
/** By name, for `--profile`. */
export const SOURCE_PROFILES = [...Object.keys(PROFILES), GRID] as readonly SourceProfile[];

export interface SourceOptions extends Omit<CaseOptions, 'profile'> {
  readonly profile: SourceProfile | Profile;
  readonly seed: bigint | string;
}

/**
 * Endless cases: the same ones for the same seed and options, whatever is done with earlier ones; plans are
 * drawn in the way given, where there is one. Throws where the capabilities allow no prog at all.
 */
export function createCaseSource(
  { profile, seed, ...options }: SourceOptions,
  drawPlan?: DrawPlan,
): CaseSource {
  const random = seededRandom(seed);
  const mutating = seededRandom(`mutants of ${seed}`);
  const draw = createPlanSource(
    { ...options, profile: profile === GRID ? 'default' : profile },
    drawPlan,
  );
  const sheets = profile === GRID ? gridSheets(options.capabilities, options.progTypes) : [];
  let given = 0;
  return {
    fixedCases: sheets.length,
    next: () => (given < sheets.length ? bare(sheets[given++].make()) : shrinkableOf(draw(random))),
    mutantOf: (parents) => {
      const [first, ...others] = parents.map(({ plan }) => plan);
      if (first === undefined) return undefined;
      const pool = others.filter((other) => other !== undefined);
      return shrinkableOf(mutatePlan(mutating, first, pool));
    },
  };
}
