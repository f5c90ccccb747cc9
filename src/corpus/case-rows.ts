import type { Database } from 'better-sqlite3';
import { decodeCase, encodeCase } from '../case/bytes.ts';
import type { Case } from '../case/case.ts';
import { hashBytes } from '../case/hash.ts';
import { printCase } from '../case/text.ts';

/** A case as it lies in a corpus. */
export interface StoredCase {
  readonly id: number;
  readonly hash: string;
  readonly claim: string;
  readonly testCase: Case;
}

export interface CaseRows {
  /** Adds the case where it isn't there yet; the claim of one that is there stays. */
  add(testCase: Case, claim: string): { readonly id: number; readonly hash: string };
  byId(id: number): StoredCase;
  byHash(hash: string): StoredCase | undefined;
  /** Every case with an outcome, from the first that was added. */
  answered(): Iterable<StoredCase>;
}

interface Row {
  readonly id: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** The table `cases`. */
export function caseRows(db: Database): CaseRows {
  const insert = db.prepare<[string, Uint8Array, string]>(
    'INSERT INTO cases (hash, bytes, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const idOf = db.prepare<[string], number>('SELECT id FROM cases WHERE hash = ?').pluck();
  const byId = db.prepare<[number], Row>('SELECT * FROM cases WHERE id = ?');
  const byHash = db.prepare<[string], Row>('SELECT * FROM cases WHERE hash = ?');
  // One at a time: an open iterator would block every write on this connection.
  const next = db.prepare<[number], Row>(
    `SELECT * FROM cases WHERE id > ? AND id IN (SELECT case_id FROM outcomes)
     ORDER BY id LIMIT 1`,
  );
  return {
    add(testCase, claim) {
      const bytes = encodeCase(testCase);
      const hash = hashBytes(bytes);
      insert.run(hash, bytes, printCase(testCase, { claim }));
      return { id: idOf.get(hash)!, hash };
    },
    byId: (id) => storedCase(byId.get(id)!),
    byHash(hash) {
      const row = byHash.get(hash);
      return row && storedCase(row);
    },
    *answered() {
      for (let row = next.get(0); row !== undefined; row = next.get(row.id)) yield storedCase(row);
    },
  };
}

function storedCase({ id, hash, bytes, text }: Row): StoredCase {
  const claim = /^case (.*)/.exec(text)?.[1] ?? '';
  return { id, hash, claim, testCase: decodeCase(bytes) };
}
