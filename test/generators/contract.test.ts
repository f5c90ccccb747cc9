import { describe, expect, it } from 'vitest';
import {
  createCaseSource,
  PROFILES,
  type Profile,
  type Shrinkable,
  SOURCE_PROFILES,
  type SourceProfile,
  simplerOf,
} from '../../generators/index.ts';
import { decodeCase, encodeCase } from '../../src/case/bytes.ts';
import type { Case } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { parseCaseText } from '../../src/case/parse-case.ts';
import { printCase } from '../../src/case/print-case.ts';
import { compareSimplicity } from '../../src/case/simplicity.ts';
import { validateProg } from '../../src/isa/validate.ts';
import { bareShrinkable, shrink } from '../../src/shrink/shrink.ts';
import { NEWEST } from './capabilities.ts';
import { numbersOf } from './numbers-of.ts';
import { unreached32, unreached64 } from './value-classes.ts';

const sourceOf = (profile: SourceProfile, seed: string) =>
  createCaseSource({ profile, capabilities: [NEWEST], seed });

const take = (profile: SourceProfile, count: number, seed = 'contract'): readonly Shrinkable[] => {
  const source = sourceOf(profile, seed);
  return Array.from({ length: count }, () => source.next());
};

/** Whether its progs are wrong on purpose, some in their form. */
function isBreaking(profile: SourceProfile): boolean {
  const profiles: Partial<Record<string, Profile>> = PROFILES;
  return profiles[profile]?.breaches !== undefined;
}

const CASES = 12;
const SHRUNK_CASES = 2;
const SHRINKS = 60;

/** What every profile promises; a new one is tested by being one. */
describe.each(SOURCE_PROFILES)('the profile %s', (profile) => {
  it('gives the same cases for the same seed', () => {
    const hashes = () => take(profile, CASES).map(({ testCase }) => caseHash(testCase));
    expect(hashes()).toEqual(hashes());
  });

  it('gives the same smaller cases every time', () => {
    const [start] = take(profile, 1);
    const hashes = () => shrinksOf(start).map(({ testCase }) => caseHash(testCase));
    expect(hashes()).toEqual(hashes());
  });

  it('gives only cases that every written form says all of, and shrinks to such', () => {
    for (const testCase of taken()) checkForms(testCase);
  });

  if (!isBreaking(profile))
    it('gives only well-formed progs, and shrinks to such', () => {
      for (const { progs } of taken()) {
        for (const { insns } of progs) expect(validateProg(insns)).toEqual([]);
      }
    });

  const taken = (): readonly Case[] => [
    ...take(profile, CASES).map(({ testCase }) => testCase),
    ...take(profile, SHRUNK_CASES).flatMap((start) =>
      shrinksOf(start).map(({ testCase }) => testCase),
    ),
  ];

  it('shrinks to strictly simpler cases, on every level', () => {
    for (const start of take(profile, SHRUNK_CASES)) {
      let at: Shrinkable | undefined = start;
      for (let level = 0; at !== undefined && level < 4; level++) {
        const smaller = shrinksOf(at);
        for (const { testCase } of smaller) {
          expect(compareSimplicity(testCase, at.testCase)).toBeLessThan(0);
        }
        at = smaller[level % Math.max(smaller.length, 1)];
      }
    }
  });

  it('has cases that are shrunk by strictly simpler ones', async () => {
    for (const { testCase } of take(profile, SHRUNK_CASES)) {
      let simplest = testCase;
      const halfOfThem = async (candidates: readonly Case[]) =>
        candidates.map((candidate) => {
          expect(compareSimplicity(candidate, testCase)).toBeLessThan(0);
          return parseInt(caseHash(candidate)[0], 16) % 2 === 0;
        });
      await shrink(bareShrinkable(testCase), halfOfThem, {
        candidatesMax: SHRINKS,
        onProgress: ({ smallest }) => {
          expect(compareSimplicity(smallest, simplest)).toBeLessThanOrEqual(0);
          simplest = smallest;
        },
      });
    }
  });
});

describe('many cases of the default', () => {
  const numbers = numbersOf(take('default', 3000, 'value classes').map(({ testCase }) => testCase));

  it.each(['words', 'ctx'] as const)('have %s of every class of 64 bits', (what) => {
    expect(unreached64(numbers[what])).toEqual([]);
  });

  it.each(['immediates', 'compared'] as const)('have %s of every class of 32 bits', (what) => {
    expect(unreached32(numbers[what])).toEqual([]);
  });

  // Below it lie rooms for keys, values and objects (lower/frame.ts).
  it('have accesses of all sizes, and at both ends of the window on the stack', () => {
    expect([...numbers.sizes].sort((a, b) => a - b)).toEqual([1, 2, 4, 8]);
    expect(Math.min(...numbers.stackOffsets)).toBeLessThanOrEqual(-448);
    expect(Math.max(...numbers.stackOffsets)).toBeGreaterThanOrEqual(-8);
  });
});

function shrinksOf(start: Shrinkable): readonly Shrinkable[] {
  const smaller: Shrinkable[] = [];
  for (const candidate of simplerOf(start)) if (smaller.push(candidate) === SHRINKS) break;
  return smaller;
}

/** Its bytes and its text say all of it. */
function checkForms(testCase: Case): void {
  const bytes = encodeCase(testCase);
  expect(caseHash(decodeCase(bytes))).toBe(caseHash(testCase));
  const text = printCase(testCase, { claim: 'a contract' });
  expect(caseHash(parseCaseText(text, 'contract.case').testCase)).toBe(caseHash(testCase));
}
