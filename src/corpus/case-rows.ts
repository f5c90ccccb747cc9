import type { Database, Statement } from 'better-sqlite3';
import { decodeCase, encodeCase } from '../case/bytes.ts';
import type { Case } from '../case/case.ts';
import { hashBytes } from '../case/hash.ts';
import { CASE_LIMITS } from '../case/limits.ts';
import { printCase } from '../case/text.ts';

/** A case as it lies in a corpus. */
export interface StoredCase {
  readonly id: number;
  readonly hash: string;
  readonly claim: string;
  readonly testCase: Case;
  /** Whether it is there in its own right, and not for a finding alone. */
  readonly isKept: boolean;
}

export interface CaseRows {
  /** Adds the case where it isn't there yet; the claim of one that is there stays. */
  add(testCase: Case, claim: string): AddedRow;
  /** From now on it stays whatever becomes of findings. */
  keep(id: number): void;
  byId(id: number): StoredCase;
  byHash(hash: string): StoredCase | undefined;
  /** No longer. */
  release(id: number): void;
  /** Every case that is there in its own right. */
  kept(): Iterable<StoredCase>;
  /** Every case with an outcome, from the first that was added. */
  answered(): Iterable<StoredCase>;
  /** The hashes of these. */
  answeredHashes(): readonly string[];
  /** Those whose hashes begin with `prefix`, ten at most. */
  beginningWith(prefix: string): readonly StoredCase[];
  /** Whether a finding is about it. */
  isFindings(id: number): boolean;
  /** Removes it with its outcomes. */
  remove(id: number): void;
}

/** Where a case lies. */
export interface AddedRow {
  readonly id: number;
  readonly hash: string;
  readonly isNew: boolean;
}

interface Row {
  readonly id: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly kept: number;
}

/** The table `cases`. */
export function caseRows(db: Database): CaseRows {
  const insert = db.prepare<[string, Uint8Array, string]>(
    'INSERT INTO cases (hash, bytes, text) VALUES (?, ?, ?)',
  );
  const idOf = db.prepare<[string], number>('SELECT id FROM cases WHERE hash = ?').pluck();
  const byId = db.prepare<[number], Row>('SELECT * FROM cases WHERE id = ?');
  const byHash = db.prepare<[string], Row>('SELECT * FROM cases WHERE hash = ?');
  // One at a time: an open iterator would block every write on this connection.
  const next = db.prepare<[number], Row>(
    `SELECT * FROM cases WHERE id > ? AND EXISTS (SELECT 1 FROM outcomes WHERE case_id = cases.id)
     ORDER BY id LIMIT 1`,
  );
  const answeredHashes = db
    .prepare<[], string>(
      `SELECT hash FROM cases WHERE EXISTS (SELECT 1 FROM outcomes WHERE case_id = cases.id)
       ORDER BY id`,
    )
    .pluck();
  const setKept = db.prepare<[number, number]>('UPDATE cases SET kept = ? WHERE id = ?');
  const nextKept = db.prepare<[number], Row>(
    'SELECT * FROM cases WHERE id > ? AND kept = 1 ORDER BY id LIMIT 1',
  );
  const beginning = db.prepare<[string, string], Row>(
    'SELECT * FROM cases WHERE substr(hash, 1, length(?)) = ? ORDER BY hash LIMIT 10',
  );
  const used = db
    .prepare<[number, number]>('SELECT 1 FROM findings WHERE shrunk_id = ? OR original_id = ?')
    .pluck();
  const remove = db.prepare<[number]>('DELETE FROM cases WHERE id = ?');
  return {
    add(testCase, claim) {
      const bytes = encodeCase(testCase);
      const hash = hashBytes(bytes);
      const known = idOf.get(hash);
      if (known !== undefined) return { id: known, hash, isNew: false };
      const { lastInsertRowid } = insert.run(hash, bytes, printCase(testCase, { claim }));
      return { id: Number(lastInsertRowid), hash, isNew: true };
    },
    keep(id) {
      setKept.run(1, id);
    },
    release(id) {
      setKept.run(0, id);
    },
    byId: (id) => storedCase(byId.get(id)!),
    byHash(hash) {
      const row = byHash.get(hash);
      return row && storedCase(row);
    },
    kept: () => each(nextKept),
    answered: () => each(next),
    answeredHashes: () => answeredHashes.all(),
    beginningWith: (prefix) => beginning.all(prefix, prefix).map(storedCase),
    isFindings: (id) => used.get(id, id) !== undefined,
    remove(id) {
      remove.run(id);
    },
  };
}

function* each(next: Statement<[number], Row>): Iterable<StoredCase> {
  for (let row = next.get(0); row !== undefined; row = next.get(row.id)) yield storedCase(row);
}

function storedCase({ id, hash, bytes, text, kept }: Row): StoredCase {
  const claim = /^case (.*)/.exec(text)?.[1].slice(0, CASE_LIMITS.claimChars) ?? '';
  return { id, hash, claim, testCase: decodeCase(bytes), isKept: kept === 1 };
}
