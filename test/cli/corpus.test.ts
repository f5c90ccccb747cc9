import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCorpus } from '../../src/corpus/corpus.ts';
import { completed, run, uml } from '../compare/observed.ts';
import { caseNumber, findingNumber } from '../corpus/new-finding.ts';
import { bpfdiff, ndjson, newFolder } from './command.ts';

let folder: string;
let path: string;
let id: string;

beforeAll(async () => {
  folder = await newFolder();
  path = join(folder, 'a corpus.db');
  using corpus = openCorpus(path);
  id = corpus.recordFinding(findingNumber(1)).id;
  const answers = [uml(completed({ runs: [run(), run()] }))];
  corpus.addCases([{ testCase: caseNumber(2), claim: 'two', answers }]);
});

const corpus = (...args: readonly string[]) => bpfdiff(['corpus', ...args, '--corpus', path]);

describe('bpfdiff corpus', () => {
  it.each([
    [[], true],
    [['--status', 'new', '--class', 'retval', '--target', 'uml'], true],
    [['--status', 'known'], false],
    [['--class', 'map'], false],
    [['--target', 'sid'], false],
  ])('ls %j lists the finding: %s', async (flags, isListed) => {
    const { stdout, exitCode } = await corpus('ls', ...flags, '--json');
    expect(ndjson(stdout).map((finding) => finding.id)).toEqual(isListed ? [id] : []);
    expect(exitCode).toBe(0);
  });

  it('ls --cases lists what is kept', async () => {
    const { stdout } = await corpus('ls', '--cases');
    expect(stdout).toMatch(/^[0-9a-f]{16} +1 answer +two$/);
  });

  it('status says what became of a finding, and show tells it', async () => {
    const known = ['status', id, 'known', '--rule', 'lost-bit', '--kernels', '6.1..6.12'];
    const { stdout, exitCode } = await corpus(...known, '--note', 'see the list');
    expect(stdout).toBe(`${id}: known, by the rule lost-bit on 6.1..6.12`);
    expect(exitCode).toBe(0);
    const shown = await corpus('show', id);
    expect(shown.stdout).toMatch(/known, by the rule lost-bit on 6\.1\.\.6\.12\n +see the list/);
  });

  it.each([
    [['status', 'STATUS', 'perhaps'], /Unknown status "perhaps"; expected new, known/],
    [['status', 'STATUS', 'fixed', '--rule', 'x'], /expected the status known/],
    [['status', 'STATUS', 'known', '--kernels', 'all'], /Expected releases such as/],
    [['status', 'STATUS', 'known', '--rule', 'A B'], /Expected small letters/],
    [['rm', 'zz'], /id begins with "zz"/],
    [['export', '--all', '--agreeing', '--out', 'x'], /one of them only/],
    [['merge', 'missing.db'], /Expected a corpus/],
  ])('%j is refused with status 2', async (args, says) => {
    const { stderr, exitCode } = await corpus(...args.map((arg) => (arg === 'STATUS' ? id : arg)));
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
  });

  it('what is exported is imported by another one, which counts what it took', async () => {
    const out = join(folder, 'out');
    expect((await corpus('export', '--all', '--out', out)).stdout).toMatch(/^2 cases in/);
    writeFileSync(join(out, 'bad.case'), 'nonsense');
    const other = ['--corpus', join(folder, 'other.db')];
    const taken = await bpfdiff(['corpus', 'import', out, ...other]);
    expect(taken.stdout).toMatch(/bad\.case: refused: .*Expected/);
    expect(taken.stdout).toMatch(/2 new cases, 0 with new answers, 0 known already, 1 refused$/);
    expect(taken.exitCode).toBe(2);
    const again = await bpfdiff(['corpus', 'add', join(out, `${id}.case`), ...other]);
    expect(again.stdout).toMatch(/^0 new cases, 0 with new answers, 1 known already, 0 refused$/);
    expect(again.exitCode).toBe(0);
  });

  it('merge takes over another one, and rm takes a finding out of it', async () => {
    const third = ['--corpus', join(folder, 'third.db')];
    const merged = await bpfdiff(['corpus', 'merge', path, ...third]);
    expect(merged.stdout).toMatch(/^1 new case, .* 1 new finding, 0 known already, 1 decision,/);
    const removed = await bpfdiff(['corpus', 'rm', id, ...third]);
    expect(removed.stdout).toBe(`${id}: removed with 2 cases`);
    const { stdout } = await bpfdiff(['corpus', 'stats', '--json', ...third]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: 0, cases: 1, kept: 1, outcomes: 1 });
  });
});
