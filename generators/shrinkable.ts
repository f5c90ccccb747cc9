import type { Case } from '../src/case/case.ts';
import { isSimpler } from '../src/case/simplicity.ts';
import { type LoweredPlan, lowerPlan, traced } from './lower/case.ts';
import { breached } from './near-miss/breach.ts';
import type { CasePlan } from './plan.ts';
import { shrinkPlan } from './shrink/plan.ts';

/** A case together with the smaller cases that it can be replaced by, the most promising first. */
export interface Shrinkable {
  readonly testCase: Case;
  /** What the case was made from; absent for one of the grid. */
  readonly plan?: CasePlan;
  /**
   * Lazy; each call starts anew and gives the same sequence. Who passes some over pays little for them: a case is
   * made when it is looked at. Some are no simpler (`simplerOf`).
   */
  shrink(): Iterable<Shrinkable>;
}

/** The case of a plan, with what is wrong on purpose. */
export const caseOf = (plan: CasePlan): Case => shrinkableOf(plan).testCase;

/** The case of a plan, and what it shrinks to: valid as well, smaller, and made by the same rules. */
export const shrinkableOf = (plan: CasePlan): Shrinkable => lowered(lowerPlan(plan));

function lowered(from: LoweredPlan): Shrinkable {
  const { plan } = from;
  const testCase = plan.breach === undefined ? from.testCase : breached(from.testCase, plan.breach);
  return { testCase, plan, shrink: () => smallerCases(from) };
}

function* smallerCases(from: LoweredPlan): Generator<Shrinkable> {
  let before: LoweredPlan | undefined;
  const make = (plan: CasePlan): Shrinkable => {
    before ??= traced(from);
    return lowered(lowerPlan(plan, before));
  };
  for (const plan of shrinkPlan(from)) yield new Lazy(plan, make);
}

class Lazy implements Shrinkable {
  readonly plan: CasePlan;
  readonly #make: (plan: CasePlan) => Shrinkable;
  #made: Shrinkable | undefined;

  constructor(plan: CasePlan, make: (plan: CasePlan) => Shrinkable) {
    this.plan = plan;
    this.#make = make;
  }

  get testCase(): Case {
    return this.#get().testCase;
  }

  shrink(): Iterable<Shrinkable> {
    return this.#get().shrink();
  }

  #get(): Shrinkable {
    this.#made ??= this.#make(this.plan);
    return this.#made;
  }
}

/** What a case shrinks to, without what is no simpler: plans that make the same case again, or a longer one. */
export function* simplerOf(of: Shrinkable): Generator<Shrinkable> {
  const { testCase } = of;
  for (const smaller of of.shrink()) if (isSimpler(smaller.testCase, testCase)) yield smaller;
}

/** Made without a tree: what it is shrunk by looks at the case alone. */
export const bare = (testCase: Case): Shrinkable => ({ testCase, shrink: () => [] });
