import type * as fc from 'fast-check';
import type { Case } from '../src/case/case.ts';
import { type CaseOptions, caseArbitrary } from './case-arbitrary.ts';
import { gridSheets } from './grid/grid.ts';
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
export function createCaseSource({ profile, ...options }: SourceOptions): CaseSource {
  const random = seededRandom(options.seed);
  const cases = caseArbitrary({ ...options, profile: profile === GRID ? 'default' : profile });
  const sheets = profile === GRID ? gridSheets(options.capabilities, options.progTypes) : [];
  let made = 0;
  return {
    fixedCases: sheets.length,
    next: () =>
      made < sheets.length
        ? bare(sheets[made++].make())
        : shrinkable(cases, cases.generate(random, undefined)),
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
