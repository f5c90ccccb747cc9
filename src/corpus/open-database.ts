import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { CorpusError, explained } from './corpus-error.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema.ts';

/** `write` makes a corpus where there is none; `read` changes nothing. */
export type CorpusMode = 'read' | 'write';

export interface OpenOptions {
  readonly mode?: CorpusMode;
  /** How long another process's lock is waited for, in each call. */
  readonly busyTimeoutMs?: number;
}

/** Opens the SQLite file of a corpus, checks it, and brings it up to date. Throws `CorpusError`. */
export function openDatabase(
  path: string,
  { mode = 'write', busyTimeoutMs = 5000 }: OpenOptions,
): Database.Database {
  checkPath(path, mode);
  const db = explained(path, () => connect(path, mode, busyTimeoutMs));
  try {
    explained(path, () => prepare(db, path, mode));
    return mode === 'read' && versionOf(db) < SCHEMA_VERSION ? upToDateCopy(db, path) : db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A copy in memory, brought up to date: who only reads an old corpus doesn't change it. */
function upToDateCopy(db: Database.Database, path: string): Database.Database {
  return explained(path, () => {
    const bytes = db.serialize();
    // A database in memory has no WAL; the format's version numbers say whether there may be one.
    bytes.fill(1, 18, 20);
    db.close();
    const copy = new Database(bytes);
    migrate(copy);
    copy.pragma('query_only = ON');
    return copy;
  });
}

const versionOf = (db: Database.Database): number =>
  db.pragma('user_version', { simple: true }) as number;

/**
 * Closes it and, where no other process has it open, leaves one file that can be read from where
 * nothing can be written: SQLite must write beside a WAL database even to read it.
 */
export function closeDatabase(db: Database.Database): void {
  if (!db.open) return;
  try {
    if (!db.readonly && !db.memory) db.pragma('journal_mode = DELETE');
  } catch {
    // Another process uses it, or the disk is full: it stays a WAL database, and loses nothing.
  }
  db.close();
}

function connect(path: string, mode: CorpusMode, timeout: number): Database.Database {
  return mode === 'write'
    ? new Database(path, { timeout })
    : new Database(path, { timeout, readonly: true, fileMustExist: true });
}

function prepare(db: Database.Database, path: string, mode: CorpusMode): void {
  // Views and triggers of a file that someone else made must not run functions of ours.
  db.pragma('trusted_schema = OFF');
  db.pragma('foreign_keys = ON');
  checkIdentity(db, path, mode);
  checkIntegrity(db, path);
  if (mode === 'write') {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    migrate(db);
  }
}

function checkPath(path: string, mode: CorpusMode): void {
  const found = kindOf(path);
  if (found === 'other') {
    throw new CorpusError('CORPUS_FOREIGN', path, 'it is a folder or a device. Name a file');
  }
  if (found === 'file') return;
  if (mode === 'read') {
    const problem = 'there is no such file. `bpfdiff run` makes one, or name another';
    throw new CorpusError('CORPUS_MISSING', path, problem);
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split(', ', 1)[0] : '';
    const problem = `its folder can't be made (${why}). Name another file`;
    throw new CorpusError('CORPUS_READ_ONLY', path, problem, { cause });
  }
}

function kindOf(path: string): 'file' | 'nothing' | 'other' {
  try {
    return statSync(path).isFile() ? 'file' : 'other';
  } catch {
    return 'nothing';
  }
}

function checkIdentity(db: Database.Database, path: string, mode: CorpusMode): void {
  // One transaction, so that what another process makes meanwhile is seen whole or not at all.
  const { application, version, empty } = db.transaction(() => ({
    application: db.pragma('application_id', { simple: true }),
    version: db.pragma('user_version', { simple: true }) as number,
    empty: db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0,
  }))();
  if (application !== APPLICATION_ID && !(mode === 'write' && empty)) {
    const problem = 'it is a database, but not a corpus of bpfdiff. Name another file';
    throw new CorpusError('CORPUS_FOREIGN', path, problem);
  }
  if (version > SCHEMA_VERSION) {
    const problem =
      `it was written by a newer bpfdiff (corpus version ${version}; this one knows up to ` +
      `${SCHEMA_VERSION}). Use that bpfdiff, or name another file`;
    throw new CorpusError('CORPUS_NEWER', path, problem);
  }
}

function checkIntegrity(db: Database.Database, path: string): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found === 'ok') return;
  const problem =
    `it is damaged (${found}). Restore it from a copy, or save what is left with ` +
    '`sqlite3 FILE .recover`';
  throw new CorpusError('CORPUS_CORRUPT', path, problem);
}
