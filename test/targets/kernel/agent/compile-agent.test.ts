import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileAgent } from '../../../../src/targets/kernel/agent/compile-agent.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';

const noCompiler = (await findProgram('cc')) === undefined && 'no C compiler';
const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-compile-'));
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const compile = (cacheDir: string) => compileAgent({ target: 'uml', cacheDir, signal });

describe(`compileAgent (missing: ${noCompiler || 'nothing'})`, () => {
  it.skipIf(noCompiler)(
    'compiles once, however many ask at a time, and leaves no scratch',
    async () => {
      const cacheDir = join(folder, 'cache dir');
      const agents = await Promise.all([compile(cacheDir), compile(cacheDir)]);
      expect(new Set(agents).size).toBe(1);
      const before = await stat(agents[0]);
      expect(before.mode & 0o111).not.toBe(0);
      expect(await compile(cacheDir)).toBe(agents[0]);
      expect((await stat(agents[0])).mtimeMs).toBe(before.mtimeMs);
      expect(await readdir(join(cacheDir, 'agents'))).toHaveLength(1);
    },
  );

  it.skipIf(noCompiler)('says in one line where the cache is no folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(compile(file)).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      message: expect.stringMatching(/^uml: .*can't be written$/),
      remedy: expect.stringContaining(file),
    });
  });
});
