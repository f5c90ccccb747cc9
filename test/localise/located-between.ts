import { expect } from 'vitest';
import { observedBy } from '../../src/campaign/observed-by.ts';
import type { Case } from '../../src/case/case.ts';
import { locator } from '../../src/cli/locator.ts';
import { compareOutcomes, type Divergence } from '../../src/compare/compare.ts';
import type { Located } from '../../src/localise/located.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import type { EmulatorRules } from '../../src/targets/emulator/rules.ts';
import type { Target } from '../../src/targets/target.ts';

/** Where two targets, which must not agree, begin to differ. */
export async function locatedBetween(testCase: Case, a: Target, b: Target): Promise<Located> {
  const [[ofA], [ofB]] = await Promise.all([a.execute([testCase]), b.execute([testCase])]);
  const comparison = compareOutcomes(testCase, observedBy(a, ofA), observedBy(b, ofB));
  expect(comparison.kind).toBe('diverge');
  return locator()(testCase, comparison as Divergence, [a, b]);
}

/** An emulator that has something wrong, of the Linux that `right` is. */
export const wronged = ({ info: { linux } }: Target, rules: Partial<EmulatorRules>): Target =>
  createEmulator({ linux, rules, luck: 3 });
