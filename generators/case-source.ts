import type * as fc from 'fast-check';
import type { Case } from '../src/case/case.ts';
import { type CaseOptions, caseArbitrary } from './case-arbitrary.ts';
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
}

/**
 * Endless cases: the same ones for the same seed and options, whatever is done with earlier ones.
 * Throws where the capabilities allow no prog at all.
 */
export function createCaseSource(
  options: CaseOptions & { readonly seed: bigint | string },
): CaseSource {
  const random = seededRandom(options.seed);
  const cases = caseArbitrary(options);
  return { next: () => shrinkable(cases, cases.generate(random, undefined)) };
}

const shrinkable = (cases: fc.Arbitrary<Case>, { value, context }: fc.Value<Case>): Shrinkable => ({
  testCase: value,
  *shrink() {
    for (const smaller of cases.shrink(value, context)) yield shrinkable(cases, smaller);
  },
});
