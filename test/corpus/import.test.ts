import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printCase } from '../../src/case/text.ts';
import { writeCaseFile } from '../../src/corpus/case-file.ts';
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts';
import { exportCases } from '../../src/corpus/export.ts';
import { importPaths } from '../../src/corpus/import.ts';
import { completed, run, uml } from '../compare/observed.ts';
import { caseNumber, findingNumber } from './new-finding.ts';
import { scratchFolder } from './scratch.ts';

function newCorpus(): Corpus {
  const corpus = openCorpus(join(scratchFolder(), 'a corpus.db'));
  onTestFinished(() => corpus.close());
  return corpus;
}

const answer = (retval: number) => uml(completed({ runs: [run({ retval }), run()] }));

function writeCase(path: string, number: number, retval = 2): string {
  const recorded = { claim: `case ${number}`, testCase: caseNumber(number) };
  writeCaseFile(path, { ...recorded, answers: [answer(retval)] });
  return path;
}

/** What became of each path, in a word or by the reason. */
const became = (corpus: Corpus, ...paths: readonly string[]): readonly string[] =>
  [...importPaths(corpus, paths)].map((imported) => {
    switch (imported.kind) {
      case 'case':
        return [imported.added.kind, ...imported.added.conflicts].join(' ');
      case 'refused':
        return imported.why;
      default:
        return imported.kind;
    }
  });

describe('importing a hostile file', () => {
  const text = (number: number): string => printCase(caseNumber(number), { claim: 'a case' });
  const good = (): string => readFileSync(writeCase(join(scratchFolder(), 'g.case'), 1), 'utf8');
  it.each<[what: string, content: () => string | Buffer, why: RegExp]>([
    ['nothing', () => '', /Expected .*, got/],
    ['a case without answers', () => text(1), /it has no answers/],
    ['binary', () => Buffer.from([0, 1, 0xff, 0xfe, 0x80]), /can't be read/],
    ['one that is too large', () => Buffer.alloc(4 * 1024 * 1024 + 1, 'a'), /Expected at most/],
    ['one long line', () => 'a'.repeat(1_000_000), /Expected/],
    [
      'an answer without its runs',
      () => good().replace(/ {2}run\n[\s\S]*/, ''),
      /Expected a line of the/,
    ],
    [
      'an answer of another map',
      () => good().replace('  map out', '  map in'),
      /Expected the next map/,
    ],
    [
      'an answer with an errno that there is not',
      () => good().replace('accepted', 'rejected 5000'),
      /4095/,
    ],
    [
      'an engine that there is not',
      () => good().replace(' interp\n', ' steam\n'),
      /Expected an engine/,
    ],
    [
      'a million answers',
      () => good() + 'answer a b c jit\n'.repeat(100_000),
      /at most 256 answers/,
    ],
    [
      'a database that is none',
      () => `SQLite format 3\0${'x'.repeat(5000)}`,
      /isn't a corpus|not a corpus|damaged/,
    ],
  ])('%s is refused with the reason, and the next is taken', (_what, content, why) => {
    const folder = scratchFolder();
    const bad = join(folder, 'bad.case');
    writeFileSync(bad, content());
    const corpus = newCorpus();
    const [first, second] = became(corpus, bad, writeCase(join(folder, 'good.case'), 7));
    expect(first).toMatch(why);
    expect(first).not.toContain(folder);
    expect(second).toBe('new');
    expect(corpus.stats()).toMatchObject({ cases: 1, outcomes: 1 });
  });

  it('links, pipes, folders named as cases and what is missing are refused', () => {
    const folder = scratchFolder();
    const secret = writeCase(join(scratchFolder(), 'secret.case'), 1);
    symlinkSync(secret, join(folder, 'link.case'));
    symlinkSync(folder, join(folder, 'around'));
    execFileSync('mkfifo', [join(folder, 'pipe.case')]);
    mkdirSync(join(folder, 'sub.case'));
    writeCase(join(folder, 'sub.case', 'inner.case'), 2);
    writeFileSync(join(folder, 'README.md'), 'hello');
    const corpus = newCorpus();
    const found = [...importPaths(corpus, [folder, join(folder, 'missing')])];
    expect(found.map(({ kind, path }) => [kind, path.slice(folder.length + 1)])).toEqual([
      ['passed-over', 'README.md'],
      ['passed-over', 'around'],
      ['refused', 'link.case'],
      ['refused', 'pipe.case'],
      ['case', 'sub.case/inner.case'],
      ['refused', 'missing'],
    ]);
    expect(became(corpus, join(folder, 'pipe.case'))[0]).toMatch(/no file/);
  });

  it('a duplicate is told, and one that contradicts replaces nothing', () => {
    const folder = scratchFolder();
    writeCase(join(folder, '1.case'), 1, 2);
    writeCase(join(folder, '2.case'), 1, 2);
    writeCase(join(folder, '3.case'), 1, 3);
    const corpus = newCorpus();
    expect(became(corpus, folder)).toEqual(['new', 'same', 'same uml']);
    expect([...corpus.recordedCases()][0].answers).toEqual([answer(2)]);
  });

  it('a corpus that is the corpus itself is refused', () => {
    const corpus = newCorpus();
    expect(became(corpus, corpus.path)).toEqual(['it is the corpus itself']);
  });
});

describe('what is exported', () => {
  const filesOf = (folder: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );

  it('comes back by an import, and is exported as the same', () => {
    const corpus = newCorpus();
    const found = corpus.recordFinding(findingNumber(1));
    corpus.addCases([{ testCase: caseNumber(2), claim: 'two', answers: [answer(5)] }]);
    const [out, again] = [join(scratchFolder(), 'out'), join(scratchFolder(), 'again')];
    expect([...exportCases(corpus, 'all', out)]).toHaveLength(2);
    expect(readdirSync(out)).toContain(`${found.id}.case`);

    const other = newCorpus();
    expect(became(other, out)).toEqual(['new', 'new']);
    expect([...exportCases(other, 'agreeing', again)]).toHaveLength(2);
    expect(Object.values(filesOf(again)).sort()).toEqual(Object.values(filesOf(out)).sort());
  });

  it('is what is asked for', () => {
    const corpus = newCorpus();
    const found = corpus.recordFinding(findingNumber(1));
    corpus.addCases([{ testCase: caseNumber(2), claim: 'two', answers: [answer(5)] }]);
    const [kept] = corpus.keptCases();
    const written = (what: Parameters<typeof exportCases>[1]): readonly string[] => {
      const folder = scratchFolder();
      return [...exportCases(corpus, what, folder)].map(({ path }) =>
        path.slice(folder.length + 1),
      );
    };
    expect(written('agreeing')).toEqual([`${kept.name.slice(0, 16)}.case`]);
    expect(written([found.id.slice(0, 4)])).toEqual([`${found.id}.case`]);
    expect(written([kept.name.slice(0, 20)])).toEqual([`${kept.name.slice(0, 16)}.case`]);
    expect(() => written(['zz'])).toThrow(/no case's id begins with "zz"/);
  });
});
