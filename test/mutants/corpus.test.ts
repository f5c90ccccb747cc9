import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunt } from '../../src/cli/bench/mutants/hunt.ts';
import { MUTANTS } from '../../src/cli/bench/mutants/mutants.ts';
import { findingRecorder } from '../../src/cli/record-finding.ts';
import { openCorpus } from '../../src/corpus/corpus.ts';
import { replay } from '../../src/corpus/replay.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { bpfdiff, newFolder } from '../cli/command.ts';
import { openKernels, type TestKernels } from '../kernels.ts';

const MUTANT = MUTANTS.find(({ name }) => name === 'a 32-bit mov sign-extends')!;

describe('a divergence that a mutant causes', () => {
  let kernels: TestKernels;
  let path: string;
  let id: string;

  beforeAll(async () => {
    kernels = await openKernels(['uml']);
    path = join(await newFolder(), 'mutant corpus.db');
    const corpus = openCorpus(path);
    const campaign = corpus.addCampaign({
      seed: '1',
      profile: 'default',
      versions: {},
      startedAtMs: 0,
    });
    const record = findingRecorder(corpus, campaign, Date.now);
    await hunt(MUTANT, kernels.kernels[0], { casesMax: 20_000, record });
    id = corpus.findings()[0].id;
    corpus.close();
  });
  afterAll(() => kernels.close());

  it('is listed by `corpus ls`', async () => {
    const { stdout, exitCode } = await bpfdiff(['corpus', 'ls', '--corpus', path]);
    expect(stdout).toMatch(new RegExp(`^${id} +new .*emulator / uml`));
    expect(exitCode).toBe(0);
  });

  it('is explained by `corpus show`', async () => {
    const { stdout, exitCode } = await bpfdiff(['corpus', 'show', id, '--corpus', path]);
    expect(stdout).toMatch(/emulator and uml disagree/);
    expect(stdout).toMatch(/w\d = w\d/);
    expect(stdout).toMatch(/uml +6\.1\.\d+, x86_64, interp/);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['with the mutant', MUTANT.rules, ['diverge']],
    ['without it', {}, ['agree']],
  ])('is seen by a replay %s as it is', async (_with, rules, kinds) => {
    const corpus = openCorpus(path, { mode: 'read' });
    const emulatorFor = (linux: Parameters<typeof createEmulator>[0]['linux']) =>
      createEmulator({ linux, rules });
    const found: string[] = [];
    for await (const { compared } of replay(corpus.recordedCases(), { emulatorFor, live: [] })) {
      found.push(...compared.map(({ comparison }) => comparison.kind));
    }
    corpus.close();
    expect(found).toEqual(kinds);
  });

  it('passes `bpfdiff replay` on the corpus, whose emulator is right', async () => {
    const { stdout, exitCode } = await bpfdiff(['replay', path]);
    expect(stdout).toMatch(/1 cases?: 1 agree, 0 diverge/);
    expect(exitCode).toBe(0);
  });
});
