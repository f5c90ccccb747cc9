import type { Database } from 'better-sqlite3';
import type { Observed } from '../compare/compare.ts';
import type { StoredCase } from './case-rows.ts';
import { decodeOutcome, encodeOutcome } from './outcome-bytes.ts';
import type { TargetRows } from './target-rows.ts';

export interface OutcomeRows {
  /** Keeps an outcome; one of the same case and target is replaced. Returns the target's id. */
  put(caseId: number, observed: Observed): number;
  of(stored: StoredCase, targetId: number): Observed;
  all(stored: StoredCase): readonly Observed[];
}

/** The table `outcomes`. */
export function outcomeRows(db: Database, targets: TargetRows): OutcomeRows {
  const put = db.prepare<[number, number, Uint8Array]>('REPLACE INTO outcomes VALUES (?, ?, ?)');
  const one = db
    .prepare<[number, number], Uint8Array>(
      'SELECT bytes FROM outcomes WHERE case_id = ? AND target_id = ?',
    )
    .pluck();
  const targetsOf = db
    .prepare<[number], number>(
      'SELECT target_id FROM outcomes WHERE case_id = ? ORDER BY target_id',
    )
    .pluck();

  function of({ id, testCase }: StoredCase, targetId: number): Observed {
    const bytes = one.get(id, targetId)!;
    return { ...targets.byId(targetId), outcome: decodeOutcome(bytes, testCase) };
  }

  return {
    put(caseId, { name, info, outcome }) {
      const targetId = targets.add({ name, info });
      put.run(caseId, targetId, encodeOutcome(outcome));
      return targetId;
    },
    of,
    all: (stored) => targetsOf.all(stored.id).map((targetId) => of(stored, targetId)),
  };
}
