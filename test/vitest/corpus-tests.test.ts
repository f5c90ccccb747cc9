import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../cli/command.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A project of a user that has bpfdiff and vitest, and one file of tests. */
async function projectWith(test: string): Promise<string> {
  const folder = await newFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/bpfdiff'));
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'corpus.test.js'), test);
  return folder;
}

const HEAD = `
import { describe, it } from 'vitest';
import { corpusTests } from 'bpfdiff/vitest';
const CORPUS = ${JSON.stringify(join(ROOT, 'corpus/seeds'))};
`;

const vitest = (cwd: string) =>
  execa(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--no-color'], {
    cwd,
    reject: false,
    stdin: 'ignore',
    env: { CI: '1' },
  });

describe('bpfdiff/vitest in a project of its own', () => {
  it('makes a test of each case, which the emulator passes', async () => {
    const cwd = await projectWith(`${HEAD} describe('corpus', () => corpusTests(it, CORPUS));`);
    const { stdout, exitCode } = await vitest(cwd);
    expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
    expect(exitCode).toBe(0);
  });

  it('fails where a target answers otherwise, and says how', async () => {
    const cwd = await projectWith(`${HEAD}
      const target = (linux) => ({
        name: 'mine',
        info: { kernel: linux.release, engine: 'emulator', linux, build: '' },
        execute: async (cases) => cases.map(({ runs, maps }) => ({
          kind: 'completed',
          load: { verdict: 'accepted' },
          runs: runs.map(() => ({
            errno: 95, retval: 0, dataOut: new Uint8Array(), dataSizeOut: 0,
            ctxOut: new Uint8Array(), ctxSizeOut: 0,
          })),
          maps: maps.map(() => []),
          console: '',
        })),
      });
      describe('corpus', () => corpusTests(it, CORPUS, { target }));`);
    const { stdout, stderr, exitCode } = await vitest(cwd);
    expect(`${stdout}${stderr}`).toMatch(/errno: run 0, errno: 95 on mine, 0 on/);
    expect(exitCode).toBe(1);
  });
});
