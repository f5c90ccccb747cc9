import type { Database } from 'better-sqlite3';

export interface ReachedRows {
  /** Every name that a case is kept for. */
  names(): ReadonlySet<string>;
  /** Those of `names` that no case is kept for. */
  unknown(names: readonly string[]): readonly string[];
  /** They are this case's from now on, but for those that are another's. */
  add(caseId: number, names: readonly string[]): void;
  /** The names that a case is kept for, in order. */
  of(caseId: number): readonly string[];
  removeOf(caseId: number): void;
}

/** The table `reached`. */
export function reachedRows(db: Database): ReachedRows {
  const all = db.prepare<[], string>('SELECT name FROM reached').pluck();
  const has = db.prepare<[string], number>('SELECT 1 FROM reached WHERE name = ?').pluck();
  const insert = db.prepare<[string, number]>(
    'INSERT INTO reached (name, case_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const of = db
    .prepare<[number], string>('SELECT name FROM reached WHERE case_id = ? ORDER BY name')
    .pluck();
  const remove = db.prepare<[number]>('DELETE FROM reached WHERE case_id = ?');
  return {
    names: () => new Set(all.all()),
    unknown: (names) => names.filter((name) => has.get(name) === undefined),
    add: (caseId, names) => {
      for (const name of names) insert.run(name, caseId);
    },
    of: (caseId) => of.all(caseId),
    removeOf: (caseId) => {
      remove.run(caseId);
    },
  };
}
