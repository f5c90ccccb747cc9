import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseHash } from '../../src/case/hash.ts';
import { hunt } from '../../src/cli/bench/mutants/hunt.ts';
import { MUTANTS } from '../../src/cli/bench/mutants/mutants.ts';
import { disagreementOfFinding } from '../../src/cli/repro/disagreement-of.ts';
import { FORMATS, type FormatName, type Tools } from '../../src/cli/repro/formats.ts';
import type { Finding } from '../../src/corpus/records.ts';
import { hasBpfCompiler } from '../../src/targets/kernel/compile-bpf.ts';
import { CACHE_DIR, openKernels, type TestKernels } from '../kernels.ts';

/** A wrong register, a wrong map, a wrong ctx; `BPFDIFF_MUTANTS=all` takes all there are. */
const FEW = [
  'a 32-bit mov sign-extends',
  'a hash map ignores NOEXIST',
  'the mark is not written back',
];
const chosen = MUTANTS.filter(
  ({ name }) => process.env.BPFDIFF_MUTANTS === 'all' || FEW.includes(name),
);

describe('reproducers of what mutants cause, on uml', () => {
  let kernels: TestKernels;
  let tools: Tools;
  const score: string[] = [];

  beforeAll(async () => {
    kernels = await openKernels(['uml']);
    tools = { clang: (await hasBpfCompiler()) ? 'found' : 'missing' };
  });
  afterAll(async () => {
    await kernels.close();
    console.log(score.join('\n'));
  });

  it.each(
    chosen.map((mutant) => [mutant.name, mutant] as const),
  )('%s: each that can be written shows it', async (name, mutant) => {
    const found = await hunt(mutant, kernels.kernels[0], { casesMax: 20_000 });
    expect(found).toBeDefined();
    const { divergence } = found!;
    const finding = { ...divergence, id: caseHash(divergence.shrunk) } as unknown as Finding;
    const disagreement = disagreementOfFinding(finding, undefined);
    const problems: Partial<Record<FormatName, string>> = {};
    const shown: string[] = [];
    for (const [formatName, format] of Object.entries(FORMATS)) {
      const lacks = format.lacks(disagreement);
      if (lacks.length > 0) {
        score.push(`  ${name}: no ${formatName}: ${lacks.join('; ')}`);
        continue;
      }
      const { problem } = format.write(disagreement, ['a note'], tools);
      const options = {
        cacheDir: CACHE_DIR,
        signal: new AbortController().signal,
        onEvent: () => {},
      };
      const what = await problem(options);
      if (what !== undefined) problems[formatName as FormatName] = what;
      else shown.push(formatName);
    }
    score.push(`  ${name}: ${shown.join(', ')}`);
    expect(problems).toEqual({});
    // What bpftool has no words for is refused.
    expect(shown.filter((format) => format !== 'elf')).toEqual(['case', 'c', 'asm', 'selftest']);
  });
});
