import { expect, it } from 'vitest';
import { createPlanSource, PROFILES, type ProfileName } from '../../../generators/index.ts';
import { lowerPlan, traced } from '../../../generators/lower/case.ts';
import { seededRandom } from '../../../generators/random.ts';
import { shrinkPlan } from '../../../generators/shrink/plan.ts';
import { NEWEST } from '../capabilities.ts';

const PLANS = 4;
const SMALLER = 120;

it.each(
  Object.keys(PROFILES) as ProfileName[],
)('every smaller plan of %s is lowered from a case like it as it is alone', (profile) => {
  const random = seededRandom(`lowering ${profile}`);
  const drawPlan = createPlanSource({ profile, capabilities: [NEWEST] });
  for (let n = 0; n < PLANS; n++) {
    const plan = drawPlan(random);
    const before = traced(lowerPlan(plan));
    for (const smaller of firstOf(SMALLER, shrinkPlan(before))) {
      expect(lowerPlan(smaller, before).testCase).toEqual(lowerPlan(smaller).testCase);
    }
  }
});

function* firstOf<T>(count: number, items: Iterable<T>): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
