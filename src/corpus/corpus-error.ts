import Database from 'better-sqlite3';

export type CorpusCode =
  /** No file, and the corpus was to be read. */
  | 'CORPUS_MISSING'
  /** A folder, another kind of file, or another program's database. */
  | 'CORPUS_FOREIGN'
  | 'CORPUS_CORRUPT'
  /** Written by a newer bpfdiff. */
  | 'CORPUS_NEWER'
  /** Another process keeps it locked. */
  | 'CORPUS_BUSY'
  /** The file or its folder can't be written, or not be opened at all. */
  | 'CORPUS_READ_ONLY'
  | 'CORPUS_DISK_FULL'
  /** The disk failed. */
  | 'CORPUS_IO'
  /** No finding has that id, or several begin with it. */
  | 'CORPUS_NO_FINDING';

/**
 * A corpus that can't be used as asked. The message names the file, what is wrong, and what to do;
 * `code` is stable. What was saved before stays saved.
 */
export class CorpusError extends Error {
  readonly code: CorpusCode;
  readonly path: string;

  constructor(code: CorpusCode, path: string, problem: string, options?: ErrorOptions) {
    super(`Corpus ${path}: ${problem}`, options);
    this.name = 'CorpusError';
    this.code = code;
    this.path = path;
  }
}

/** What `use` returns; what SQLite throws in it becomes a `CorpusError`. */
export function explained<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof Database.SqliteError ? explainSqlite(path, error) : error;
  }
}

const DISK_FULL =
  'the disk is full; what was saved before is kept. Free some space, or name another file';
const BUSY = 'another process is writing to it. Wait until that has ended, or name another file';

/** By the beginning of SQLite's extended result code, the most specific first. */
const PROBLEMS: readonly (readonly [sqlite: string, code: CorpusCode, problem: string])[] = [
  ['SQLITE_FULL', 'CORPUS_DISK_FULL', DISK_FULL],
  ['SQLITE_IOERR_SHMSIZE', 'CORPUS_DISK_FULL', DISK_FULL],
  ['SQLITE_BUSY', 'CORPUS_BUSY', BUSY],
  ['SQLITE_LOCKED', 'CORPUS_BUSY', BUSY],
  [
    'SQLITE_READONLY',
    'CORPUS_READ_ONLY',
    "it can't be written. Mend the permissions of the file and its folder, or name another file",
  ],
  [
    'SQLITE_CANTOPEN',
    'CORPUS_READ_ONLY',
    "it can't be opened; SQLite must be able to write beside it. Mend the permissions of its " +
      'folder, or name another file',
  ],
  [
    'SQLITE_NOTADB',
    'CORPUS_FOREIGN',
    "it isn't a corpus of bpfdiff, not even a SQLite database. Name another file",
  ],
  [
    'SQLITE_CORRUPT',
    'CORPUS_CORRUPT',
    'it is damaged. Restore it from a copy, or save what is left with `sqlite3 FILE .recover`',
  ],
  ['SQLITE_IOERR', 'CORPUS_IO', 'the disk failed'],
  // Statements are the same for every corpus: only foreign tables can make them fail.
  [
    'SQLITE_ERROR',
    'CORPUS_CORRUPT',
    'its tables are not those of a corpus. Restore it from a copy',
  ],
];

function explainSqlite(path: string, error: InstanceType<typeof Database.SqliteError>): Error {
  const found = PROBLEMS.find(([sqlite]) => error.code.startsWith(sqlite));
  if (found === undefined) return error;
  const [, code, problem] = found;
  return new CorpusError(code, path, `${problem} (${error.code})`, { cause: error });
}
