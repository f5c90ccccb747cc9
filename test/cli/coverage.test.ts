import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfdiff, newFolder } from './command.ts';

describe('bpfdiff coverage', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await newFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows what bpfdiff itself was compared with', async () => {
    const { stdout, exitCode } = await bpfdiff(['coverage'], { NO_COLOR: '1', LANG: 'C' });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+ campaigns, .* cases/);
    expect(stdout).toMatch(/^sid:jit +[\d,]+/m);
    expect(stdout).not.toMatch(/[^\n\x20-\x7e]/);
  });

  it('is about the kernels that are named', async () => {
    const { stdout } = await bpfdiff(['coverage', '--targets', 'debian11'], { NO_COLOR: '1' });
    expect(stdout).toMatch(/^debian11 /m);
    expect(stdout).not.toMatch(/^sid:jit /m);
  });

  it('writes a page for browsers', async () => {
    const path = join(folder, 'page.html');
    const { stdout, exitCode } = await bpfdiff(['coverage', '--html', path]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('page.html')]);
    expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['a file that is not there', ['nosuch.json'], /nosuch\.json: there is no such file/],
    ['a file of another kind', ['other.json'], /other\.json: Expected what `run --reach` wrote/],
    [
      'a kernel that the file lacks',
      ['--targets', 'nosuch'],
      /Expected a kernel of this file \(.*sid:jit.*\), got "nosuch"/,
    ],
    ['a page where none can be', ['--html', 'folder'], /folder: it can't be written/],
  ])('refuses %s', async (_, args, message) => {
    writeFileSync(join(folder, 'other.json'), '{}');
    mkdirSync(join(folder, 'folder'), { recursive: true });
    const inFolder = args.map((arg) => (/json$|^folder$/.test(arg) ? join(folder, arg) : arg));
    const { stderr, exitCode } = await bpfdiff(['coverage', ...inFolder]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
