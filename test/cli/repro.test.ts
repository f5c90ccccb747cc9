import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bpfdiff, newFolder } from './command.ts';

const REGRESSIONS = join(import.meta.dirname, '../../corpus/regressions');
const CASE = join(REGRESSIONS, 'jit-map-result-is-int.case');

describe('bpfdiff repro', () => {
  let folder: string;

  beforeAll(async () => {
    folder = join(await newFolder(), 'repro files');
    await mkdir(folder);
  });

  it.each([
    ['case', ['repro.case'], /^answer uml /m],
    ['c', ['repro.c'], /It was compiled and run on uml, where it sees what was\s/],
    ['elf', ['p0.o', 'r0.data', 'repro.sh'], /^bpftool prog load \.\/p0\.o /m],
    ['asm', ['repro.s'], /^\tr6 = v1 ll$/m],
    ['selftest', ['bpfdiff_repro.c'], /^\tASSERT_EQ\(opts\.retval, 0x2, "run 0: retval"\);$/m],
  ])('writes %s when it has run on uml', async (format, names, says) => {
    const out = join(folder, format);
    const args = ['repro', CASE, '--target', 'uml', '--format', format, '--out', `${out}/`];
    await mkdir(out);
    const { exitCode, stderr } = await bpfdiff(args);
    expect([exitCode, stderr.split('\n')[0]]).toEqual([0, expect.stringMatching(/^wrote /)]);
    expect((await readdir(out)).sort()).toEqual(names);
    expect(await readFile(join(out, names.at(-1)!), 'utf8')).toMatch(says);
  });

  it('writes nothing where the kernel answers otherwise, and ends with 3', async () => {
    const path = join(folder, 'wrong.case');
    await writeFile(path, (await readFile(CASE, 'utf8')).replaceAll('retval 0x2', 'retval 0x3'));
    const out = join(folder, 'wrong.c');
    const { exitCode, stderr } = await bpfdiff(['repro', path, '--target', 'uml', '--out', out]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/does not show it: on uml it printed "run 0: retval 0x2"/);
    await expect(stat(out)).rejects.toThrow('ENOENT');
  });

  it('writes in C what runs override of sizes and pointers', async () => {
    const path = join(folder, 'overrides.case');
    const data = 'run\n  data 01020304 05060708 090a0b0c 88b5 1111\n  data_out 64\n';
    const overrides = [
      'data_out unmapped',
      'data_out read_only',
      'data_in null',
      'data_size_in 60',
    ];
    const runs = overrides.map((each) => `${data}  attr ${each}\n`);
    const head = 'case overrides\nprog_type sched_cls\n\nprog\n    r0 = 2\n    exit\n';
    await writeFile(path, [head, ...runs].join('\n'));
    await bpfdiff(['exec', path, '--targets', 'uml', '--record']);
    const { exitCode, stdout, stderr } = await bpfdiff(['repro', path]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/attr\.test\.data_out = PTR\(\(void \*\)0x1000\);/);
  });

  it('says in the file that nothing was run, with --no-run', async () => {
    const { stdout, exitCode } = await bpfdiff(['repro', CASE, '--target', 'uml', '--no-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/which neither compiled nor ran this/);
  });

  it.each([
    [['struct-ops-state-comes-back.case'], /has no words for the state of struct_ops/],
    [
      ['jit-map-result-is-int.case', '--target', 'sid'],
      /Expected an answer of sid in .* answers of: uml,/,
    ],
    [['jit-map-result-is-int.case', '--format', 'elf', '--no-run'], /Expected --out FOLDER/],
  ])('refuses %j with words, and ends with 2', async ([file, ...args], says) => {
    const { stderr, exitCode } = await bpfdiff(['repro', join(REGRESSIONS, file), ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});
