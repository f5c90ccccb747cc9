import * as fc from 'fast-check';
import type { Case } from '../src/case/case.ts';
import { type CaseOptions, caseArbitrary, caseOf } from './case-arbitrary.ts';
import { mutatePlan } from './mutate/mutate.ts';
import type { CasePlan } from './plan.ts';
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
  /**
   * A case made from the first of those given, all of which this source has made, by a few changes; parts of
   * the others may be in it. What `next` gives does not depend on it.
   */
  mutantOf(parents: readonly [Case, ...Case[]]): Shrinkable;
}

/**
 * Endless cases: the same ones for the same seed and options, whatever is done with earlier ones.
 * Throws where the capabilities allow no prog at all.
 */
export function createCaseSource(
  options: CaseOptions & { readonly seed: bigint | string },
): CaseSource {
  const random = seededRandom(options.seed);
  const mutating = seededRandom(`mutants of ${options.seed}`);
  const cases = caseArbitrary(options);
  const plans = new WeakMap<Case, CasePlan>();
  const made = (value: fc.Value<Case>): Shrinkable => {
    plans.set(value.value, value.context as CasePlan);
    return shrinkable(cases, value);
  };
  return {
    next: () => made(cases.generate(random, undefined)),
    mutantOf: (parents) => {
      const [first, ...others] = parents.map((parent) => plans.get(parent)!);
      const plan = mutatePlan(mutating, first, others);
      return made(new fc.Value(caseOf(plan), plan));
    },
  };
}

const shrinkable = (cases: fc.Arbitrary<Case>, { value, context }: fc.Value<Case>): Shrinkable => ({
  testCase: value,
  *shrink() {
    for (const smaller of cases.shrink(value, context)) yield shrinkable(cases, smaller);
  },
});
