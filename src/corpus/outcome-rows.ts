import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { StoredCase } from './case-rows.ts';
import { MISTAKE_NAME } from './mistake-name.ts';
import { decodeOutcome, encodeOutcome } from './outcome-bytes.ts';
import type { Answer } from './records.ts';
import type { TargetRows } from './target-rows.ts';

export interface OutcomeRows {
  /** Keeps an answer; one of the same case and target is replaced. Returns the target's id. */
  put(caseId: number, answer: Answer): number;
  /** Keeps an answer unless there is one of that target. Returns the target's id. */
  ensure(caseId: number, answer: Answer): number;
  /** Keeps an answer unless the target has answered to that case: then whether it said the same. */
  add(caseId: number, answer: Answer): 'new' | 'same' | 'conflict';
  of(stored: StoredCase, targetId: number): Answer;
  all(stored: StoredCase): readonly Answer[];
}

interface Row {
  readonly bytes: Uint8Array;
  readonly mistake: string;
}

/** The table `outcomes`. */
export function outcomeRows(db: Database, targets: TargetRows): OutcomeRows {
  const put = db.prepare<[number, number, Uint8Array, string]>(
    'REPLACE INTO outcomes (case_id, target_id, bytes, mistake) VALUES (?, ?, ?, ?)',
  );
  const one = db.prepare<[number, number], Row>(
    'SELECT bytes, mistake FROM outcomes WHERE case_id = ? AND target_id = ?',
  );
  // The same order in every corpus, whoever was recorded first; emulators before kernels.
  const allOf = db.prepare<[number], Row & { readonly target_id: number }>(
    `SELECT target_id, bytes, mistake FROM outcomes JOIN targets ON targets.id = target_id
     WHERE case_id = ? ORDER BY engine != 'emulator', name, kernel, build, target_id`,
  );

  function putBytes(caseId: number, targetId: number, { outcome, mistake }: Answer): number {
    put.run(caseId, targetId, encodeOutcome(outcome), mistake ?? '');
    return targetId;
  }

  function answerOf({ testCase }: StoredCase, targetId: number, { bytes, mistake }: Row): Answer {
    return {
      ...targets.byId(targetId),
      outcome: decodeOutcome(bytes, testCase),
      ...(mistake !== '' && { mistake: MistakeSchema.parse(mistake) }),
    };
  }

  return {
    put: (caseId, answer) => putBytes(caseId, targets.add(answer), answer),
    ensure(caseId, answer) {
      const targetId = targets.add(answer);
      const isThere = one.get(caseId, targetId) !== undefined;
      return isThere ? targetId : putBytes(caseId, targetId, answer);
    },
    add(caseId, answer) {
      const targetId = targets.add(answer);
      const known = one.get(caseId, targetId);
      if (known === undefined) {
        putBytes(caseId, targetId, answer);
        return 'new';
      }
      const isSame = Buffer.compare(known.bytes, encodeOutcome(answer.outcome)) === 0;
      return isSame && known.mistake === (answer.mistake ?? '') ? 'same' : 'conflict';
    },
    of: (stored, targetId) => answerOf(stored, targetId, one.get(stored.id, targetId)!),
    all: (stored) => allOf.all(stored.id).map((row) => answerOf(stored, row.target_id, row)),
  };
}

const MistakeSchema = z.string().regex(MISTAKE_NAME.pattern);
