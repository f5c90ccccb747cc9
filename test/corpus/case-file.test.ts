import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASE_LIMITS } from '../../src/case/limits.ts';
import { CaseTextError } from '../../src/case/text.ts';
import { CaseFileError, readCaseFile, writeCaseFile } from '../../src/corpus/case-file.ts';
import { readCaseFolder } from '../../src/corpus/case-folder.ts';
import { completed, emulator, rejected, uml } from '../compare/observed.ts';
import { caseNumber } from './new-finding.ts';
import { scratchFolder } from './scratch.ts';

const RECORDED = {
  claim: 'r0 is 1',
  testCase: caseNumber(1),
  answers: [emulator(completed()), uml(rejected(13, 'no\n'))],
};

function expectError(use: () => unknown, says: RegExp): void {
  expect(use).toThrow(CaseFileError);
  expect(use).toThrow(says);
}

describe('a .case file', () => {
  it('comes back with its answers', () => {
    const path = join(scratchFolder(), 'a case.case');
    writeCaseFile(path, RECORDED);
    expect(readCaseFile(path)).toEqual({ name: path, ...RECORDED });
  });

  it('is replaced, and nothing else is left behind', () => {
    const folder = scratchFolder();
    const path = join(folder, 'a.case');
    writeFileSync(path, 'something else');
    writeCaseFile(path, RECORDED);
    expect(readCaseFile(path).claim).toBe('r0 is 1');
    expect(readdirSync(folder)).toEqual(['a.case']);
  });

  it('that can not be written leaves nothing behind', () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'taken.case', 'by a folder'), { recursive: true });
    expectError(() => writeCaseFile(join(folder, 'taken.case'), RECORDED), /can't be written \(E/);
    expectError(() => writeCaseFile(join(folder, 'no', 'a.case'), RECORDED), /ENOENT/);
    expect(readdirSync(folder)).toEqual(['taken.case']);
  });

  it.each([
    ['is missing', () => {}, /can't be read \(ENOENT: no such file or directory\)/],
    ['is a folder', (path: string) => mkdirSync(path), /it is no file/],
    ['is not text', (path: string) => writeFileSync(path, Uint8Array.of(0xff)), /can't be read/],
    [
      'is too long',
      (path: string) => writeFileSync(path, Buffer.alloc(CASE_LIMITS.textChars + 1)),
      /Expected at most \d+ bytes, got \d+/,
    ],
  ])('that %s is told', (_, make, says) => {
    const path = join(scratchFolder(), 'a.case');
    make(path);
    expectError(() => readCaseFile(path), says);
  });

  it('with a mistake in an answer is told by its place', () => {
    const path = join(scratchFolder(), 'a.case');
    writeCaseFile(path, RECORDED);
    const text = readFileSync(path, 'utf8').replace('rejected 13', 'rejected thirteen');
    writeFileSync(path, text);
    expect(() => readCaseFile(path)).toThrow(CaseTextError);
    expect(() => readCaseFile(path)).toThrow(/a\.case:\d+:12: Expected a number up to 4095/);
  });
});

describe('a folder of .case files', () => {
  it('is read with all below it, sorted, and tells what it skipped', () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'b below'));
    for (const name of ['c.case', 'b below/z.case', 'a.case']) {
      writeCaseFile(join(folder, name), RECORDED);
    }
    writeFileSync(join(folder, 'README.md'), '');
    symlinkSync(folder, join(folder, 'loop'));
    const { cases, skipped } = readCaseFolder(folder);
    expect(cases.map(({ name }) => name)).toEqual(
      ['a.case', 'b below/z.case', 'c.case'].map((name) => join(folder, name)),
    );
    expect(skipped).toEqual([join(folder, 'README.md'), join(folder, 'loop')]);
  });

  it('with a file that is no case ends with its mistake', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'bad.case'), 'case nothing\n');
    expect(() => readCaseFolder(folder)).toThrow(/bad\.case:2:1: Expected a section `prog_type`/);
  });

  it('that is missing is told', () => {
    expectError(() => readCaseFolder(join(scratchFolder(), 'none')), /can't be read \(ENOENT/);
  });

  it('that is too deep is told', () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, ...'abcdefghijklmnopqrst'), { recursive: true });
    expectError(() => readCaseFolder(folder), /at most 16 deep/);
  });
});
