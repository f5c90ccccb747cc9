import { closeSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { CaseTextError } from '../case/case-text-error.ts';
import { attempt, CaseFileError, readCaseFile } from './case-file.ts';
import { entriesBelow } from './case-folder.ts';
import { type Corpus, CorpusError, openCorpus } from './corpus.ts';
import type { Added, Merged, RecordedCase } from './records.ts';

/** What became of one file. */
export type Imported =
  | { readonly kind: 'case'; readonly path: string; readonly added: Added }
  | { readonly kind: 'corpus'; readonly path: string; readonly merged: Merged }
  | { readonly kind: 'refused'; readonly path: string; readonly why: string }
  /** Lies in a folder and is neither a `.case` file nor a corpus. */
  | { readonly kind: 'passed-over'; readonly path: string };

/**
 * Takes over `.case` files, folders of them, and other corpora, one file after the other: what is wrong with
 * one says nothing about the next. Nothing in the corpus is lost or replaced. Links in folders are refused,
 * as they may lead anywhere. Throws `CorpusError` where `corpus` itself can't be written.
 */
export function* importPaths(corpus: Corpus, paths: readonly string[]): Iterable<Imported> {
  for (const path of paths) {
    const found = attemptRefused(path, () => attempt(path, () => lstatSync(path)));
    if (found instanceof Refusal) yield found.imported;
    else if (found.isDirectory()) yield* importFolder(corpus, path);
    else if (isDatabase(path)) yield importCorpus(corpus, path);
    else yield* importCases(corpus, [path]);
  }
}

function* importFolder(corpus: Corpus, folder: string): Iterable<Imported> {
  const entries = attemptRefused(folder, () => entriesBelow(folder));
  if (entries instanceof Refusal) {
    yield entries.imported;
    return;
  }
  const cases: string[] = [];
  for (const { path, kind } of entries) {
    const isCase = path.endsWith('.case');
    const isWanted = isCase || path.endsWith('.db');
    if (!isWanted) yield { kind: 'passed-over', path };
    else if (kind === 'link') yield { kind: 'refused', path, why: 'it is a link' };
    else if (kind === 'other') yield { kind: 'refused', path, why: 'it is no file' };
    else if (isCase) cases.push(path);
    else yield importCorpus(corpus, path);
  }
  yield* importCases(corpus, cases);
}

/** Cases that are written in one transaction. */
const BATCH_CASES = 64;

function* importCases(corpus: Corpus, paths: readonly string[]): Iterable<Imported> {
  for (let at = 0; at < paths.length; at += BATCH_CASES) {
    const batch: RecordedCase[] = [];
    for (const path of paths.slice(at, at + BATCH_CASES)) {
      const recorded = attemptRefused(path, () => readCaseFile(path));
      if (recorded instanceof Refusal) yield recorded.imported;
      else if (recorded.answers.length === 0) yield new Refusal(path, NO_ANSWERS).imported;
      else batch.push(recorded);
    }
    const added = corpus.addCases(batch);
    for (const [i, { name }] of batch.entries()) {
      yield { kind: 'case', path: name, added: added[i] };
    }
  }
}

const NO_ANSWERS = 'it has no answers. `bpfdiff exec FILE --targets KERNEL --record` records some';

function importCorpus(corpus: Corpus, path: string): Imported {
  const merged = attemptRefused(path, () => {
    if (attempt(path, () => realpathSync(path)) === realpathSync(corpus.path)) {
      throw new CaseFileError(path, 'it is the corpus itself');
    }
    const other = openCorpus(path, { mode: 'read' });
    try {
      return corpus.merge(other);
    } finally {
      other.close();
    }
  });
  return merged instanceof Refusal ? merged.imported : { kind: 'corpus', path, merged };
}

class Refusal {
  readonly imported: Imported;

  constructor(path: string, why: string) {
    this.imported = { kind: 'refused', path, why };
  }
}

/** What `read` returns; where the file at `path` is wrong, why it is refused. */
function attemptRefused<T>(path: string, read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    const isOfFile =
      error instanceof CaseFileError ||
      error instanceof CaseTextError ||
      (error instanceof CorpusError && error.path === path);
    if (isOfFile) return new Refusal(path, withoutPath(error.message, path));
    throw error;
  }
}

/** Messages begin with the path, which the reader is told anyway. */
function withoutPath(message: string, path: string): string {
  const [before, ...behind] = message.split(`${path}:`);
  return before === '' || before === 'Corpus ' ? behind.join(`${path}:`).trimStart() : message;
}

const SQLITE_MAGIC = 'SQLite format 3\0';

/** By how it begins, whatever it is called. */
function isDatabase(path: string): boolean {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  try {
    if (!lstatSync(path).isFile()) return path.endsWith('.db');
    const file = openSync(path, 'r');
    readSync(file, head, 0, head.length, 0);
    closeSync(file);
  } catch {
    // Whoever reads it as a case tells why it can't be read.
  }
  return head.toString('latin1') === SQLITE_MAGIC;
}
