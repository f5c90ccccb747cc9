import { expect, it } from 'vitest';
import { benchGuidance } from '../../../src/cli/bench/guidance.ts';

it('the benchmark of guidance tells cases, insns and reach with and without', async () => {
  const { signal } = new AbortController();
  const measurements = await benchGuidance(256, signal);
  const [all, ...others] = measurements;
  expect(all.what).toMatch(/^guided cases for [1-9]\d* counters$/);
  expect(all.value).toBeGreaterThan(0);
  expect(all.value).toBeLessThanOrEqual(256);
  expect(all.ratio).toBe(all.value / 256);
  const counted = others.filter(({ unit }) => unit === 'counters').map(({ value }) => value);
  expect(counted).toEqual(counted.toSorted((a, b) => a - b));
  expect(others.map(({ unit }) => unit)).toEqual(expect.arrayContaining(['cases', 'a case', 's']));
}, 60_000);
