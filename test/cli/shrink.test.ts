import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bpfdiff, newFolder } from './command.ts';

/** Two emulators disagree on it for sure, and no kernel is needed: 5.10 has no batch size. */
const CASE = `case a batch size
prog_type xdp

map unused array key 4 value 8 max_entries 4

prog
    r2 = 5
    r2 += 7
    r0 = 2
    exit

run
  data ffffffff ffff0000 00000000 08004500 002e0001
  flags 0x2
  batch_size 8
  repeat 3
`;
const PAIR = ['--targets', 'emulator@5.10,emulator@6.12'];

describe('bpfdiff shrink', () => {
  let file: string;
  beforeAll(async () => {
    file = join(await newFolder(), 'a case.case');
    await writeFile(file, CASE);
  });

  it('prints the smallest case on which the two still diverge', async () => {
    const { stdout, stderr, exitCode } = await bpfdiff(['shrink', file, ...PAIR]);
    expect(stderr).toMatch(/\d+ candidates, \d+ insns/);
    expect(stdout).toMatch(/^case run 0, /);
    expect(stdout).toMatch(/prog\n {4}exit\n/);
    expect(stdout).not.toMatch(/map unused/);
    expect(exitCode).toBe(1);
  });

  it('says that there is nothing to shrink where the two agree', async () => {
    const pair = ['--targets', 'emulator@6.6,emulator@6.12'];
    const { stderr, exitCode } = await bpfdiff(['shrink', file, ...pair]);
    expect(stderr).toMatch(/the two do not diverge on it/);
    expect(exitCode).toBe(0);
  });

  it('wants two targets', async () => {
    const { stderr, exitCode } = await bpfdiff(['shrink', file, '--targets', 'emulator']);
    expect(stderr).toMatch(/Expected two targets that diverge with --targets, got emulator/);
    expect(exitCode).toBe(2);
  });
});
