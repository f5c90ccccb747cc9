import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bpfdiff, ndjson, newFolder } from './command.ts';

const ROOT = join(import.meta.dirname, '../..');
const CASES = join(ROOT, 'corpus');
const RUNTIME = join(ROOT, 'test/targets/own/runtime.mjs').replaceAll(' ', '\\ ');

let folder: string;
let corpus: string;

beforeAll(async () => {
  folder = await newFolder();
  corpus = join(folder, 'a corpus.db');
  await bpfdiff(['corpus', 'import', CASES, '--corpus', corpus]);
});

describe('bpfdiff replay', () => {
  it('says the same of files and of the corpus that took them over', async () => {
    const summaries = [];
    for (const path of [CASES, corpus]) {
      const { stdout, exitCode } = await bpfdiff(['replay', path, '--json']);
      expect(exitCode).toBe(0);
      summaries.push(ndjson(stdout).at(-1));
    }
    expect(summaries[1]).toEqual(summaries[0]);
  });

  it('says the same in the same order, however many threads there are', async () => {
    const many = join(folder, 'many');
    for (const i of [1, 2, 3, 4, 5, 6]) cpSync(CASES, join(many, `${i}`), { recursive: true });
    const [one, two] = await Promise.all(
      ['1', '2'].map((jobs) => bpfdiff(['replay', many, '--json', '--jobs', jobs])),
    );
    expect(ndjson(one.stdout).length).toBeGreaterThan(512);
    expect(two.stdout).toBe(one.stdout);
  });

  it('tells of a file that is wrong, in a thread as well', async () => {
    const many = join(folder, 'many wrong');
    for (const i of [1, 2, 3, 4, 5, 6]) cpSync(CASES, join(many, `${i}`), { recursive: true });
    writeFileSync(join(many, 'zzz.case'), 'nonsense');
    const { stderr, exitCode } = await bpfdiff(['replay', many, '--jobs', '2']);
    expect(stderr).toMatch(/^bpfdiff: .*zzz\.case:1:1: Expected/m);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['right', 0, 0],
    ['wrong', 1, undefined],
  ])('asks a runtime that is %s', async (how, status, diverged) => {
    const seeds = join(CASES, 'seeds');
    const command = `${process.execPath} ${RUNTIME} ${how}`;
    const { stdout, exitCode } = await bpfdiff(['replay', seeds, '--json', '--command', command]);
    expect(exitCode).toBe(status);
    if (diverged === undefined) expect(ndjson(stdout).at(-1)?.diverged).toBeGreaterThan(0);
    else expect(ndjson(stdout).at(-1)?.diverged).toBe(diverged);
  });

  it.each([
    [['--record'], 2, /expected --targets as well/],
    [['--command', '/nowhere/at/all'], 3, /can be run/],
    [['--command', `${process.execPath} ${RUNTIME} babbling`], 3, /answered wrongly/],
  ])('%j ends with status %i', async (flags, status, says) => {
    const { stderr, exitCode } = await bpfdiff(['replay', join(CASES, 'seeds'), ...flags]);
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(status);
  });

  it('records anew what changed, and leaves alone what did not', async () => {
    const mine = join(folder, 'mine');
    const [name] = readdirSync(join(CASES, 'seeds')).filter((file) => file.endsWith('.case'));
    cpSync(join(CASES, 'seeds', name), join(mine, name));
    const record = ['replay', mine, '--targets', 'uml', '--record'];
    expect((await bpfdiff(record)).stdout).toMatch(/1 case: [01] recorded anew$/);
    const recorded = readFileSync(join(mine, name), 'utf8');
    expect((await bpfdiff(record)).stdout).toBe('1 case: 0 recorded anew');
    const spoilt = recorded.replace(/^answer uml[\s\S]*?retval \w+/m, (text) =>
      text.replace(/retval \w+/, 'retval 0x777'),
    );
    expect(spoilt).not.toBe(recorded);
    writeFileSync(join(mine, name), spoilt);
    const { stdout } = await bpfdiff(record);
    expect(stdout).toMatch(/uml:\n +- retval 0x777\n +\+ retval /);
    expect(readFileSync(join(mine, name), 'utf8')).toBe(recorded);
  });
});
