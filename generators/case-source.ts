import * as fc from 'fast-check';
import type { Case } from '../src/case/case.ts';
import { type CaseOptions, caseArbitrary, caseOf } from './case-arbitrary.ts';
import type { DrawPlan } from './draw-plan.ts';
import { gridSheets } from './grid/grid.ts';
import { mutatePlan } from './mutate/mutate.ts';
import type { CasePlan } from './plan.ts';
import { createPrivateNotes } from './private-notes.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { seededRandom } from './random.ts';

/** A case together with the smaller cases that it can be replaced by, the most promising first. */
export interface Shrinkable {
  readonly testCase: Case;
  /** Lazy; each call starts anew and gives the same sequence. */
  shrink(): Iterable<Shrinkable>;
}

export interface CaseSource {
  /** The next case; there is always one. */
  next(): Shrinkable;
  /** How many cases come first that are the same for every seed: those of a grid. */
  readonly fixedCases: number;
  /**
   * A case made from the first of those given, all of which this source has made, by a few changes; parts of
   * the others may be in it. Undefined where the first is one of the grid, which nothing can be changed of.
   * What `next` gives does not depend on it.
   */
  mutantOf(parents: readonly [Case, ...Case[]]): Shrinkable | undefined;
}

/** What cases a source gives: drawn ones, or the grid and drawn ones of the default behind it. */
export type SourceProfile = ProfileName | typeof GRID;
const GRID = 'grid';
/** By name, for `--profile`. */
export const SOURCE_PROFILES = [...Object.keys(PROFILES), GRID] as readonly SourceProfile[];

export interface SourceOptions extends Omit<CaseOptions, 'profile'> {
  readonly profile: SourceProfile;
  readonly seed: bigint | string;
}

/**
 * Endless cases: the same ones for the same seed and options, whatever is done with earlier ones.
 * Throws where the capabilities allow no prog at all.
 */
export const createCaseSource = (options: SourceOptions): CaseSource =>
  createPlannedSource(options);

/** A source that tells what its cases were made from. */
export interface PlannedSource extends CaseSource {
  /** Undefined for cases of the grid, and for those of other sources. */
  planOf(testCase: Case): CasePlan | undefined;
}

/** As `createCaseSource`, with another way to draw plans. */
export function createPlannedSource(
  { profile, ...options }: SourceOptions,
  drawPlan?: DrawPlan,
): PlannedSource {
  const random = seededRandom(options.seed);
  const mutating = seededRandom(`mutants of ${options.seed}`);
  const cases = caseArbitrary(
    { ...options, profile: profile === GRID ? 'default' : profile },
    drawPlan,
  );
  const sheets = profile === GRID ? gridSheets(options.capabilities, options.progTypes) : [];
  const plans = createPrivateNotes<Case, CasePlan>();
  let given = 0;
  const made = (value: fc.Value<Case>): Shrinkable => {
    plans.set(value.value, value.context as CasePlan);
    return shrinkable(cases, value);
  };
  return {
    fixedCases: sheets.length,
    next: () =>
      given < sheets.length
        ? bare(sheets[given++].make())
        : made(cases.generate(random, undefined)),
    mutantOf: (parents) => {
      const [first, ...others] = parents.map((parent) => plans.get(parent));
      if (first === undefined) return undefined;
      const plan = mutatePlan(
        mutating,
        first,
        others.filter((other) => other !== undefined),
      );
      return made(new fc.Value(caseOf(plan), plan));
    },
    planOf: (testCase) => plans.get(testCase),
  };
}

/** Made without a tree: what it is shrunk by looks at the case alone. */
const bare = (testCase: Case): Shrinkable => ({ testCase, shrink: () => [] });

const shrinkable = (cases: fc.Arbitrary<Case>, { value, context }: fc.Value<Case>): Shrinkable => ({
  testCase: value,
  *shrink() {
    for (const smaller of cases.shrink(value, context)) yield shrinkable(cases, smaller);
  },
});
