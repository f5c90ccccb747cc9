import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTANTS } from '../../../src/cli/bench/mutants/mutants.ts';
import { compareWays, isSame } from '../../../src/cli/bench/shrink.ts';
import { openKernels, type TestKernels } from '../../kernels.ts';

describe('shrinking one by one, in batches and with stand-ins, against uml', () => {
  let kernels: TestKernels;
  beforeAll(async () => {
    kernels = await openKernels(['uml']);
  });
  afterAll(() => kernels.close());

  it.each([
    'modulo by zero gives 0',
    'cmpxchg does not write r0',
    'an array map takes any flags',
  ])('ends with the same case: %s', async (name) => {
    const mutant = MUTANTS.find((each) => each.name === name)!;
    const { signal } = new AbortController();
    const compared = await compareWays(mutant, kernels.kernels[0], 1, signal);
    expect(isSame(compared!)).toBe(true);
    const { serial, batched, presumed } = compared!.rounds[0];
    expect(serial.batches).toBe(serial.tried);
    expect(batched.batches).toBeLessThan(serial.batches / 2);
    expect(presumed.tried).toBeLessThan(serial.tried);
    expect(presumed.batches).toBeLessThan(batched.batches);
  });
});
