import type { Case } from '../src/case/case.ts';
import { isSimpler } from '../src/case/simplicity.ts';
import { type LoweredPlan, lowerPlan, traced } from './lower/case.ts';
import { breached } from './near-miss/breach.ts';
import type { CasePlan } from './plan.ts';
import { sameCase } from './same-case.ts';
import { shrinkPlan } from './shrink/plan.ts';

/** A case together with the smaller cases that it can be replaced by, the most promising first. */
export interface Shrinkable {
  readonly testCase: Case;
  /** What the case was made from; absent for one of the grid. */
  readonly plan?: CasePlan;
  /** Lazy; each call starts anew and gives the same sequence. */
  shrink(): Iterable<Shrinkable>;
}

/** The case of a plan, with what is wrong on purpose. */
export const caseOf = (plan: CasePlan): Case => shrinkableOf(plan).testCase;

/** The case of a plan, and what it shrinks to: valid as well, smaller, and made by the same rules. */
export const shrinkableOf = (plan: CasePlan): Shrinkable => lowered(lowerPlan(plan));

function lowered(from: LoweredPlan): Shrinkable {
  const { plan } = from;
  const testCase = plan.breach === undefined ? from.testCase : breached(from.testCase, plan.breach);
  return { testCase, plan, shrink: () => smallerCases(testCase, from) };
}

/** Plans that make the same case again, or one that is no simpler, are passed over. */
function* smallerCases(testCase: Case, from: LoweredPlan): Generator<Shrinkable> {
  const before = traced(from);
  for (const plan of shrinkPlan(from.plan)) {
    const smaller = lowered(lowerPlan(plan, before));
    if (!sameCase(smaller.testCase, testCase) && isSimpler(smaller.testCase, testCase)) {
      yield smaller;
    }
  }
}

/** Made without a tree: what it is shrunk by looks at the case alone. */
export const bare = (testCase: Case): Shrinkable => ({ testCase, shrink: () => [] });
