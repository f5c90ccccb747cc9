import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCorpus } from '../../src/corpus/corpus.ts';
import { findingNumber } from '../corpus/new-finding.ts';
import { elementsOf } from '../reports/markup.ts';
import { END, START } from '../reports/report-example.ts';
import { bpfdiff, newFolder } from './command.ts';

const CASES = join(import.meta.dirname, '../../corpus');
const REACH = join(import.meta.dirname, '../../docs/reach.json');

let folder: string;
let path: string;
let id: string;

beforeAll(async () => {
  folder = await newFolder();
  path = join(folder, 'a corpus.db');
  using corpus = openCorpus(path);
  const campaign = corpus.addCampaign(START);
  id = corpus.recordFinding(findingNumber(1, { campaign })).id;
  corpus.endCampaign(campaign, END);
});

describe('bpfdiff report', () => {
  it.each([
    ['html', /^<!doctype html>/],
    ['md', /^### bpfdiff: 1 finding that nobody has decided about\n/],
    ['junit', /^<\?xml .*<failure type="retval"/s],
    ['json', /^\{"kind":"report"/],
  ])('writes %s to standard output, or into a file', async (format, pattern) => {
    const args = ['report', path, '--format', format];
    const { stdout, exitCode } = await bpfdiff(args);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(pattern)]);
    const out = join(folder, `report.${format}`);
    await bpfdiff([...args, '--out', out]);
    expect(readFileSync(out, 'utf8')).toMatch(pattern);
  });

  it('has commands that show a finding again', async () => {
    const { stdout } = await bpfdiff(['report', path, '--format', 'json']);
    const { commands } = JSON.parse(stdout).findings[0];
    expect(commands[0]).toBe(`bpfdiff corpus export ${id} --corpus '${path}' --out .`);
    expect(commands[1]).toBe(`bpfdiff exec ${id}.case --targets emulator,uml`);
  });

  it('has heat maps where it is told what was reached', async () => {
    const { stdout } = await bpfdiff(['report', path, '--reach', REACH]);
    const ids = elementsOf(stdout).flatMap(({ attributes }) => attributes.id ?? []);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toEqual(expect.arrayContaining(['coverage', 'helpers', 'jumps']));
    expect(stdout).toContain('var uPlot=');
  });

  it.each([
    ['a corpus that is not there', ['nosuch.db'], /nosuch\.db: there is no such file/],
    ['a format that it does not know', ['--format', 'pdf'], /html, md, junit, json/],
    [
      'a file of what was reached that is something else',
      ['--reach', 'other.json'],
      /Expected what/,
    ],
    ['a file where none can be', ['--out', '.'], /it can't be written/],
  ])('refuses %s', async (_, args, message) => {
    writeFileSync(join(folder, 'other.json'), '{}');
    const inFolder = args.map((arg) => (/json$|db$|^\.$/.test(arg) ? join(folder, arg) : arg));
    const corpus = args[0].endsWith('.db') ? [] : [path];
    const { stderr, exitCode } = await bpfdiff(['report', ...corpus, ...inFolder]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('bpfdiff replay --junit', () => {
  it('has a test for each case, which passes or is skipped', async () => {
    const out = join(folder, 'replay.xml');
    const { exitCode } = await bpfdiff(['replay', join(CASES, 'seeds'), '--junit', out]);
    expect(exitCode).toBe(0);
    const [sums, suite, ...tests] = elementsOf(readFileSync(out, 'utf8'));
    expect(sums.attributes.failures).toBe('0');
    expect(Number(suite.attributes.tests)).toBeGreaterThan(3);
    expect(tests[0].attributes.name).toMatch(/\.case: ./);
  });
});
