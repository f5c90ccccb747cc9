import { expect, it } from 'vitest';
import { PROFILES } from '../../../generators/index.ts';
import { benchGenerators } from '../../../src/cli/bench/generators.ts';

const measurements = benchGenerators({ warmUp: { first: 20, profile: 20 }, cases: 20 });

it.each(
  Object.keys(PROFILES),
)('%s has a cost for a case, an insn and a shrink candidate', (name) => {
  const costs = measurements.filter(({ what }) => what.startsWith(`${name}: `));
  const whats = costs.map(({ what }) => what.slice(name.length + 2));
  expect(whats[0]).toMatch(/^a case of [1-9][\d.]* insns, [1-4]\.\d runs$/);
  expect(whats).toEqual(expect.arrayContaining(['an insn', 'a shrink candidate']));
  for (const { value, unit } of costs) {
    expect(unit).toBe('us');
    expect(value).toBeGreaterThan(0);
  }
});
