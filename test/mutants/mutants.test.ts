import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseSource } from '../../generators/index.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { common } from '../../src/campaign/common-features.ts';
import type { ShrunkDivergence } from '../../src/campaign/investigate.ts';
import { formsUsed } from '../../src/case/forms-used.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import type { Target } from '../../src/targets/target.ts';
import { openKernels, type TestKernels } from '../kernels.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

const CASES_MAX = 20_000;
/** A shrunk case that a person understands at a glance. */
const INSNS_MAX = 16;

describe('mutants of the emulator, against uml', () => {
  let kernels: TestKernels;
  const score: string[] = [];

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
    expect(await hunt({ name: 'none', rules: {} }, kernels.targets[0], 2000)).toBeUndefined();
  });

  it.each(MUTANTS)('$name: found and shrunk', async (mutant) => {
    const found = await hunt(mutant, kernels.targets[0], CASES_MAX);
    expect(found, `not found in ${CASES_MAX} cases`).toBeDefined();
    const insns = found!.divergence.shrunk.progs[0].insns.length;
    score.push(`  ${mutant.name}: after ${found!.cases} cases, shrunk to ${insns} insns`);
    expect(insns, [...formsUsed(found!.divergence.shrunk)].join()).toBeLessThanOrEqual(INSNS_MAX);
  });
});

interface Found {
  readonly cases: number;
  readonly divergence: ShrunkDivergence;
}

/** The first finding against the mutant, and how many cases it took. */
async function hunt({ rules }: Mutant, kernel: Target, cases: number): Promise<Found | undefined> {
  const { linux } = kernel.info;
  const mutant = createEmulator({ linux, rules });
  const control = createEmulator({ linux, rules, stackGarbage: 0xa5 });
  const source = createCaseSource({
    seed: 20261121n,
    profile: 'default',
    capabilities: [common([kernel.features, mutant.features])],
  });
  const found: ShrunkDivergence[] = [];
  const summary = await runCampaign({
    seed: '20261121',
    profile: 'default',
    limit: { kind: 'cases', cases },
    next: source.next,
    targets: [mutant, kernel],
    controlOf: () => control,
    record: (divergence) => `f${found.push(divergence)}`,
    findingsMax: 1,
    onEvent: () => {},
    signal: new AbortController().signal,
    now: () => performance.now(),
  });
  return found[0] && { cases: summary.cases, divergence: found[0] };
}
