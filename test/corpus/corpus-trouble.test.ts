import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Corpus, CorpusError, openCorpus } from '../../src/corpus/corpus.ts';
import type { OpenOptions } from '../../src/corpus/open-database.ts';
import { migrate } from '../../src/corpus/schema.ts';
import { findingNumber } from './new-finding.ts';
import { scratchFolder, smallDisk } from './scratch.ts';

/** A closed corpus with findings. */
function someCorpus(folder = scratchFolder(), findings = 3): string {
  const path = join(folder, 'a corpus.db');
  const corpus = openCorpus(path);
  for (let number = 0; number < findings; number++) corpus.recordFinding(findingNumber(number));
  corpus.close();
  return path;
}

function open(path: string, options?: OpenOptions): Corpus {
  const corpus = openCorpus(path, options);
  onTestFinished(() => corpus.close());
  return corpus;
}

const expectError = (use: () => unknown, code: CorpusError['code'], says: RegExp): void => {
  expect(use).toThrow(
    expect.toSatisfy(
      (error) => error instanceof CorpusError && error.code === code && says.test(error.message),
      `a CorpusError ${code} that says ${says}`,
    ),
  );
};

function changeDatabase(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

describe('what is no corpus', () => {
  it.each([
    ['a text file', (path: string) => writeFileSync(path, 'hello\n'.repeat(1000))],
    ['a short file', (path: string) => writeFileSync(path, 'hello')],
    ['a folder', (path: string) => mkdirSync(path)],
    [
      "another program's database",
      (path: string) => changeDatabase(path, 'CREATE TABLE bookmarks (url TEXT)'),
    ],
  ])('%s is refused and left as it is', (_, make) => {
    const path = join(scratchFolder(), 'some file');
    make(path);
    const before = statSync(path).isFile() ? readFileSync(path) : undefined;
    expectError(() => openCorpus(path), 'CORPUS_FOREIGN', /some file: it is/);
    expectError(() => openCorpus(path, { mode: 'read' }), 'CORPUS_FOREIGN', /some file: it is/);
    if (before !== undefined) expect(readFileSync(path)).toEqual(before);
  });

  it('a missing file is not made by who only reads', () => {
    const path = join(scratchFolder(), 'no corpus.db');
    expectError(() => openCorpus(path, { mode: 'read' }), 'CORPUS_MISSING', /no such file/);
    expect(existsSync(path)).toBe(false);
  });

  it('a file in place of its folder is told', () => {
    const file = join(scratchFolder(), 'a file');
    writeFileSync(file, '');
    expectError(() => openCorpus(join(file, 'a.db')), 'CORPUS_READ_ONLY', /folder can't be made/);
  });

  it('an empty file becomes one', () => {
    const path = join(scratchFolder(), 'empty.db');
    writeFileSync(path, '');
    expect(open(path).stats().findings).toBe(0);
  });
});

describe('a damaged corpus', () => {
  it.each([
    ['a page overwritten', (path: string) => overwrite(path, 4096 * 3, Buffer.alloc(4096, 0x5a))],
    ['half of it missing', (path: string) => truncateSync(path, statSync(path).size / 2)],
  ])('with %s is refused', (_, damage) => {
    const path = someCorpus();
    damage(path);
    expectError(() => openCorpus(path), 'CORPUS_CORRUPT', /it is damaged/);
    expectError(() => openCorpus(path, { mode: 'read' }), 'CORPUS_CORRUPT', /it is damaged/);
  });

  it.each([
    ["UPDATE cases SET bytes = x'0102'", /no bpfdiff has written/],
    ["UPDATE outcomes SET bytes = x'01ff'", /no bpfdiff has written/],
    ["UPDATE findings SET divergence = '{'", /no bpfdiff has written/],
    ["UPDATE findings SET divergence = '{}'", /no bpfdiff has written/],
    ["UPDATE findings SET status = 'perhaps'", /no bpfdiff has written/],
    ["UPDATE targets SET engine = 'steam'", /no bpfdiff has written/],
  ])('is told when it is read: %s', (sql, says) => {
    const path = someCorpus();
    changeDatabase(path, sql);
    const corpus = open(path);
    const readAll = (): void => {
      for (const { id } of corpus.findings()) corpus.finding(id);
    };
    expectError(readAll, 'CORPUS_CORRUPT', says);
  });

  it('without its tables is refused', () => {
    const path = someCorpus();
    changeDatabase(path, 'DROP TABLE findings');
    expectError(() => openCorpus(path), 'CORPUS_CORRUPT', /tables are not those of a corpus/);
  });
});

describe('versions', () => {
  it('a newer one is refused, and says which it is', () => {
    const path = someCorpus();
    changeDatabase(path, 'PRAGMA user_version = 99');
    expectError(() => openCorpus(path), 'CORPUS_NEWER', /newer bpfdiff \(corpus version 99/);
  });

  it('migrations are done once each, from where a corpus is', () => {
    const db = new Database(':memory:');
    onTestFinished(() => {
      db.close();
    });
    const migrations = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y'];
    migrate(db, migrations.slice(0, 1));
    db.exec('INSERT INTO a VALUES (1)');
    migrate(db, migrations);
    migrate(db, migrations);
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: null }]);
    expect(db.pragma('user_version', { simple: true })).toBe(2);
  });

  it('a migration that fails changes nothing', () => {
    const db = new Database(':memory:');
    onTestFinished(() => {
      db.close();
    });
    expect(() => migrate(db, ['CREATE TABLE a (x)', 'nonsense'])).toThrow('syntax error');
    expect(db.pragma('user_version', { simple: true })).toBe(0);
    expect(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
  });
});

describe('nothing that was saved is lost', () => {
  it('when the process ends without closing', () => {
    const from = scratchFolder();
    const corpus = open(join(from, 'a.db'));
    for (const number of [1, 2, 3]) corpus.recordFinding(findingNumber(number));
    // What is on the disk now is what is left of a process that was killed.
    const to = scratchFolder();
    for (const file of ['a.db', 'a.db-wal']) copyFileSync(join(from, file), join(to, file));
    expect(open(join(to, 'a.db')).stats().findings).toBe(3);
  });

  it('when another process keeps it locked', () => {
    const path = someCorpus();
    const corpus = open(path, { busyTimeoutMs: 1 });
    const other = new Database(path);
    onTestFinished(() => {
      other.close();
    });
    other.exec('BEGIN IMMEDIATE');
    expectError(() => corpus.recordFinding(findingNumber(9)), 'CORPUS_BUSY', /another process/);
    expect(corpus.stats().findings).toBe(3);
    other.exec('COMMIT');
    expect(corpus.recordFinding(findingNumber(9)).kind).toBe('new');
  });

  it('when the disk is full', (context) => {
    const disk = smallDisk(1024 * 1024);
    if (disk === undefined) return context.skip('only root may mount a small disk');
    const corpus = open(join(disk.folder, 'a corpus.db'));
    const ids: string[] = [];
    expectError(
      () => {
        while (ids.length < 10_000) {
          ids.push(corpus.recordFinding(findingNumber(ids.length)).id);
        }
      },
      'CORPUS_DISK_FULL',
      /the disk is full; what was saved before is kept/,
    );
    expect(ids.length).toBeGreaterThan(10);
    expect(corpus.findings().map(({ id }) => id)).toEqual(ids);
    corpus.close();
    const again = open(join(disk.folder, 'a corpus.db'), { mode: 'read' });
    expect(again.findings().map(({ id }) => id)).toEqual(ids);
  });

  it('on a disk without any room for it', (context) => {
    const disk = smallDisk(64 * 1024);
    if (disk === undefined) return context.skip('only root may mount a small disk');
    const path = join(disk.folder, 'a corpus.db');
    expectError(() => openCorpus(path), 'CORPUS_DISK_FULL', /the disk is full/);
  });
});

describe('a disk that can only be read', () => {
  it('is no hindrance to reading', (context) => {
    const disk = smallDisk(4 * 1024 * 1024);
    if (disk === undefined) return context.skip('only root may mount a small disk');
    const path = someCorpus(disk.folder);
    disk.makeReadOnly();
    expect(open(path, { mode: 'read' }).findings()).toHaveLength(3);
  });

  it('is told to who wants to write', (context) => {
    const disk = smallDisk(4 * 1024 * 1024);
    if (disk === undefined) return context.skip('only root may mount a small disk');
    const path = someCorpus(disk.folder);
    disk.makeReadOnly();
    expectError(() => openCorpus(path), 'CORPUS_READ_ONLY', /can't be/);
    expectError(() => openCorpus(join(disk.folder, 'new.db')), 'CORPUS_READ_ONLY', /can't be/);
    const below = join(disk.folder, 'new folder', 'new.db');
    expectError(() => openCorpus(below), 'CORPUS_READ_ONLY', /folder can't be made/);
  });
});

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}
