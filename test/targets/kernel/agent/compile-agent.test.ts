import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { compileAgent } from '../../../../src/targets/kernel/agent/compile-agent.ts';
import { ARCHES, type Arch, compilerFor } from '../../../../src/targets/kernel/arch.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';

const noCompiler = (await findProgram('cc')) === undefined && 'no C compiler';
const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-compile-'));
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const compile = (cacheDir: string, arch?: Arch) =>
  compileAgent({ target: 'uml', cacheDir, signal, ...(arch && { arch }) });

/** `e_ident` and `e_machine` of an ELF file: class, byte order, machine. */
async function elfOf(path: string): Promise<string> {
  const head = await readFile(path);
  const machine = head[5] === 1 ? head.readUInt16LE(18) : head.readUInt16BE(18);
  return `${head[4] * 32} bits, ${head[5] === 1 ? 'little' : 'big'}, machine ${machine}`;
}

/** include/uapi/linux/elf-em.h */
const ELF: Readonly<Record<Arch, string>> = {
  x86_64: '64 bits, little, machine 62',
  aarch64: '64 bits, little, machine 183',
  riscv64: '64 bits, little, machine 243',
  s390x: '64 bits, big, machine 22',
  ppc64le: '64 bits, little, machine 21',
};
const ARCH_NAMES = Object.keys(ARCHES) as Arch[];

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

  it.skipIf(noCompiler)('keeps a bounded number of agents, the newest', async () => {
    const cacheDir = join(folder, 'full');
    const agents = join(cacheDir, 'agents');
    await mkdir(agents, { recursive: true });
    for (let age = 1; age <= 30; age++) {
      await writeFile(join(agents, `${age}`), '');
      await utimes(join(agents, `${age}`), 1e9 - age, 1e9 - age);
    }
    const agent = await compile(cacheDir);
    const kept = Array.from({ length: 19 }, (_, i) => `${i + 1}`);
    expect((await readdir(agents)).sort()).toEqual([basename(agent), ...kept].sort());
  });
});

describe.each(ARCH_NAMES)('compileAgent for %s', (arch) => {
  it('makes a program for it, or says what to install', async (context) => {
    const { command, install } = compilerFor(arch);
    if ((await findProgram(command)) !== undefined) {
      expect(await elfOf(await compile(join(folder, arch), arch))).toBe(ELF[arch]);
      return;
    }
    await expect(compile(join(folder, arch), arch)).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      message: `uml: the agent needs a C compiler, ${command} was not found`,
      remedy: install,
    });
    context.skip(`no ${command}`);
  });
});

it('a cross-compiler that is missing is one line with its packages', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  const other = process.arch === 's390x' ? 'aarch64' : 's390x';
  const error = await compile(join(folder, 'none'), other).catch((caught: unknown) => caught);
  vi.unstubAllEnvs();
  const { triplet, compilerPackages } = ARCHES[other];
  expect(error).toMatchObject({
    code: 'TARGET_UNAVAILABLE',
    message: `uml: the agent needs a C compiler, ${triplet}-gcc was not found`,
    remedy: `apt-get install ${compilerPackages.join(' ')}`,
  });
});
