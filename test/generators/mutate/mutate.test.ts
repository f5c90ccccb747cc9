import { describe, expect, it } from 'vitest';
import { palettesOf } from '../../../generators/capabilities.ts';
import { drawCasePlan } from '../../../generators/case-plan.ts';
import { createCaseSource } from '../../../generators/index.ts';
import { lowerCase } from '../../../generators/lower/case.ts';
import { MUTATIONS, type Mutation, mutatePlan } from '../../../generators/mutate/mutate.ts';
import { countFragments } from '../../../generators/mutate/tree.ts';
import type { CasePlan } from '../../../generators/plan.ts';
import { PROFILES } from '../../../generators/profiles.ts';
import { pick, seededRandom } from '../../../generators/random.ts';
import { encodeCase } from '../../../src/case/bytes.ts';
import { namesUsed } from '../../../src/case/names-used.ts';
import { validateProg } from '../../../src/isa/validate.ts';
import { NEWEST, WITHOUT_V4 } from '../capabilities.ts';

const plansFor = (
  capabilities: typeof NEWEST,
  seed: string,
  count: number,
): readonly CasePlan[] => {
  const random = seededRandom(seed);
  const palettes = palettesOf(capabilities);
  return Array.from({ length: count }, () =>
    drawCasePlan(random, pick(random, palettes), PROFILES.default),
  );
};

/** Each a mutant of one before it, as a campaign makes them. */
function mutants(plans: readonly CasePlan[], seed: string, count: number): readonly CasePlan[] {
  const random = seededRandom(seed);
  const pool = [...plans];
  for (let i = 0; i < count; i++) pool.push(mutatePlan(random, pick(random, pool), pool));
  return pool.slice(plans.length);
}

const PLANS = plansFor(NEWEST, 'plans', 40);

describe('every mutant', () => {
  it('has progs that are well formed, in a case that a corpus can hold', () => {
    for (const plan of mutants(PLANS, 'valid', 400)) {
      const testCase = lowerCase(plan);
      for (const { insns } of testCase.progs) expect(validateProg(insns)).toEqual([]);
      expect(() => encodeCase(testCase)).not.toThrow();
    }
  });

  it('is the same for the same seed', () => {
    expect(mutants(PLANS, 'same', 50)).toEqual(mutants(PLANS, 'same', 50));
  });

  it('keeps to the forms that the kernel of its plan has', () => {
    for (const plan of mutants(plansFor(WITHOUT_V4, 'old', 40), 'forms', 300)) {
      for (const name of namesUsed(lowerCase(plan)).forms) expect(WITHOUT_V4.forms).toContain(name);
    }
  });

  it('stays of a bounded size', () => {
    for (const plan of mutants(PLANS, 'size', 600)) {
      expect(countFragments(plan)).toBeLessThanOrEqual(161);
      expect(plan.runs.length).toBeLessThanOrEqual(8);
    }
  });
});

describe('mutations', () => {
  it.each(Object.entries(MUTATIONS))('%s changes what is lowered', (_name, [mutation]) => {
    const mutate: Mutation = mutation;
    const random = seededRandom('each');
    const changed = PLANS.filter((plan) => {
      const before = lowerCase(plan);
      return (
        JSON.stringify(text(lowerCase(mutate(random, plan, PLANS)))) !==
        JSON.stringify(text(before))
      );
    });
    expect(changed.length).toBeGreaterThan(3);
  });

  it('leave the plan that they are given as it is', () => {
    const before = structuredClone(PLANS.map(withoutForms));
    mutants(PLANS, 'untouched', 100);
    expect(PLANS.map(withoutForms)).toEqual(before);
  });
});

const text = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? `${each}` : each)));

/** Forms have functions, which can't be copied. */
const withoutForms = (plan: CasePlan): unknown => text(plan);

describe('a source of cases', () => {
  const source = () => createCaseSource({ seed: 's', profile: 'default', capabilities: [NEWEST] });

  it('gives the same mutants of the same cases, and the same cases with or without', () => {
    const plain = source();
    const expected = Array.from({ length: 6 }, () => plain.next().testCase);
    const made = [source(), source()].map((cases) => {
      const parents = Array.from({ length: 5 }, () => cases.next());
      const [first, ...others] = parents;
      const mutant = cases.mutantOf([first, ...others])!;
      return {
        parents: parents.map(({ testCase }) => testCase),
        mutant: mutant.testCase,
        grandchild: cases.mutantOf([mutant])!.testCase,
        next: cases.next(),
      };
    });
    expect(text(made[0].mutant)).toEqual(text(made[1].mutant));
    expect(text(made[0].grandchild)).toEqual(text(made[1].grandchild));
    expect([...made[0].parents, made[0].next.testCase]).toEqual(expected);
  });
});
