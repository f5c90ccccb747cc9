import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bpfdiff, newFolder } from './command.ts';

it('canary: `bpfdiff run` finds and shrinks what an emulator of a wrong release gets wrong', async () => {
  const corpus = join(await newFolder(), 'canary.db');
  const run = await bpfdiff([
    ...['run', '--no-tui', '--targets', 'emulator@5.10,uml', '--seed', '1', '--corpus', corpus],
    ...['--cases', '20000', '--max-findings', '1'],
  ]);
  expect(run.stderr).toMatch(/: running it on kernels started anew$/m);
  expect(run.stderr).toMatch(/: recorded [0-9a-f]{8}: \w+, at .+, \d+ insns?$/m);
  expect(run.exitCode).toBe(1);
  const listed = await bpfdiff(['corpus', 'ls', '--corpus', corpus]);
  expect(listed.stdout).toMatch(/emulator@5\.10 \/ uml/);
});
