import { describe, expect, it } from 'vitest';
import {
  createCaseSource,
  createGuidedSource,
  type Feedback,
  PROFILES,
  type ProfileName,
  type Shrinkable,
  type SourceProfile,
} from '../../../generators/index.ts';
import { createReachCounter, reachedBy } from '../../../src/campaign/reach.ts';
import type { Case } from '../../../src/case/case.ts';
import { caseHash } from '../../../src/case/hash.ts';
import { validateProg } from '../../../src/isa/validate.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../../src/targets/target.ts';

const emulator = createEmulator({ linux: DEFAULT_LINUX });
const options = {
  profile: 'default' as SourceProfile,
  capabilities: [emulator.features],
  seed: 'guided',
};

/** Near misses may be of no form. */
const VALID = (Object.keys(PROFILES) as ProfileName[]).filter((name) => name !== 'near-miss');

describe('a guided source', () => {
  it('gives the same cases for the same seed and lessons', () => {
    expect(hashes(lessonOf)).toEqual(hashes(lessonOf));
  });

  it('gives other cases for other lessons', () => {
    expect(hashes(lessonOf)).not.toEqual(hashes(() => ({})));
  });

  it.each(VALID)('gives well-formed cases of %s', (profile) => {
    const source = createGuidedSource({ ...options, profile });
    for (let n = 0; n < 40; n++) {
      const made = source.next();
      const { testCase } = made;
      source.learn(made, lessonOf(testCase, n));
      const [smaller] = made.shrink();
      for (const { progs } of smaller === undefined ? [testCase] : [testCase, smaller.testCase]) {
        for (const { insns } of progs) expect(validateProg(insns)).toEqual([]);
      }
    }
  });

  it('gives the grid first, all of it', () => {
    const sources = [createCaseSource, createGuidedSource].map((create) =>
      create({ ...options, profile: 'grid' }),
    );
    const [plain, guided] = sources.map(({ next }) =>
      Array.from({ length: 100 }, () => caseHash(next().testCase)),
    );
    expect(guided).toEqual(plain);
  });

  it('reaches more in as many cases', async () => {
    const source = createGuidedSource(options);
    const guided = await counted(500, source.next, source.learn);
    const plain = await counted(500, createCaseSource(options).next);
    expect(guided).toBeGreaterThan(1.2 * plain);
  }, 60_000);
});

/** What every third case is said to have reached first. */
const lessonOf = (testCase: Case, n: number): Feedback =>
  n % 3 === 0 ? { results: [`${testCase.progType} loop ${n}`], operands: [n] } : {};

function hashes(lesson: (testCase: Case, n: number) => Feedback): readonly string[] {
  const source = createGuidedSource(options);
  return Array.from({ length: 60 }, (_, n) => {
    const made = source.next();
    source.learn(made, lesson(made.testCase, n));
    return caseHash(made.testCase);
  });
}

async function counted(
  cases: number,
  next: () => Shrinkable,
  learn: (made: Shrinkable, feedback: Feedback) => void = () => {},
): Promise<number> {
  const counter = createReachCounter();
  let sum = 0;
  for (let n = 0; n < cases; n++) {
    const made = next();
    const [outcome] = await emulator.execute([made.testCase]);
    const reached = reachedBy(made.testCase, outcome);
    sum += counter.add(reached);
    learn(made, reached);
  }
  return sum;
}
