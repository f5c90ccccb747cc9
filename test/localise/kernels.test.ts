import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKernels, type TestKernels } from '../kernels.ts';
import { locatedBetween, wronged } from './located-between.ts';
import { PLACES } from './places.ts';

describe('an emulator with a mistake and an unmodified kernel', () => {
  let kernels: TestKernels;

  beforeAll(async () => {
    kernels = await openKernels(['uml']);
  });
  afterAll(async () => {
    await kernels.close();
  });

  it.each(PLACES)('begin to differ at %s', async (_name, testCase, rules, expected) => {
    const [kernel] = kernels.targets;
    const located = await locatedBetween(testCase, wronged(kernel, rules), kernel);
    expect(located).toMatchObject({ kind: 'insn', ...expected });
  });
});
