import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesUsed } from '../../src/case/names-used.ts';
import { coreInsns } from '../../src/cli/bench/mutants/core-insns.ts';
import { hunt } from '../../src/cli/bench/mutants/hunt.ts';
import { MUTANTS } from '../../src/cli/bench/mutants/mutants.ts';
import { namedRightly } from '../../src/cli/bench/mutants/named-rightly.ts';
import { openKernels, type TestKernels } from '../kernels.ts';

const CASES_MAX = 20_000;
/** What goes out through a ring takes three calls, which stay as the ring is where it differs. */
const INSNS_MAX = 16;

describe('mutants of the emulator, against uml', () => {
  let kernels: TestKernels;
  const score: string[] = [];
  const misnamed: string[] = [];
  const sizes: number[] = [];

  beforeAll(async () => {
    kernels = await openKernels(['uml']);
  });
  afterAll(async () => {
    await kernels.close();
    console.log(
      [`${score.length} of ${MUTANTS.length} mutants found and shrunk`, ...score].join('\n'),
    );
  });

  it('the emulator without a wrong rule is found nothing against', async () => {
    expect(
      await hunt({ name: 'none', rules: {} }, kernels.kernels[0], { casesMax: 2000 }),
    ).toBeUndefined();
  });

  it.each(
    MUTANTS.map((mutant) => [mutant.name, mutant] as const),
  )('%s: found and shrunk', async (_name, mutant) => {
    const found = await hunt(mutant, kernels.kernels[0], { casesMax: CASES_MAX });
    expect(found, `not found in ${CASES_MAX} cases`).toBeDefined();
    const insns = coreInsns(found!.divergence.shrunk);
    sizes.push(insns);
    score.push(`  ${mutant.name}: after ${found!.cases} cases, shrunk to ${insns} insns`);
    const { located } = found!.divergence;
    if (!namedRightly(mutant.rules, located)) misnamed.push(`${mutant.name}: ${located?.form}`);
    expect(insns, [...namesUsed(found!.divergence.shrunk).forms].join()).toBeLessThanOrEqual(
      INSNS_MAX,
    );
  });

  it('the median is shrunk to 4 insns at most, nine in ten to 8', () => {
    const sorted = sizes.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(4);
    expect(sorted[Math.ceil(0.9 * sorted.length) - 1]).toBeLessThanOrEqual(8);
  });

  it('the first differing insn is named rightly of nine in ten', () => {
    expect(misnamed.length, misnamed.join('\n')).toBeLessThanOrEqual(score.length / 10);
  });
});
