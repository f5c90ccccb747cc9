import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import {
  FINDING_STATUSES,
  type FindingHead,
  type FindingStatus,
  type NewFinding,
  type SmallerFinding,
} from './records.ts';

/** A finding as it lies in a corpus: its cases and targets are ids. */
export interface StoredFinding extends FindingHead {
  readonly shrunkId: number;
  readonly originalId: number;
  readonly targetIds: readonly [number, number];
}

/** Where the rows are that a finding refers to. */
export interface FindingParts {
  readonly shrunk: { readonly id: number; readonly hash: string };
  readonly originalId: number;
  readonly targetIds: readonly [number, number];
}

export interface FindingRows {
  /** The id of the first finding with that signature; those that are said to be fixed don't count. */
  idOfSignature(signature: string): string | undefined;
  /** Returns its id. One that is there, said to be fixed, is open again. */
  add(finding: NewFinding, parts: FindingParts): string;
  replaceShrunk(id: string, smaller: SmallerFinding, parts: Omit<FindingParts, 'originalId'>): void;
  all(): readonly StoredFinding[];
  /** Names of the mistakes that findings come from whose shrunk case that is. */
  causesOf(shrunkId: number): readonly string[];
  /** Those whose ids begin with `prefix`. */
  beginningWith(prefix: string): readonly StoredFinding[];
  setStatus(id: string, status: FindingStatus, notes: string): void;
}

const DivergenceSchema = z.strictObject({
  kind: z.literal('diverge'),
  class: z.enum(['verdict', 'errno', 'retval', 'data', 'ctx', 'map', 'crash', 'hang', 'complaint']),
  where: z.strictObject({
    run: z.number().optional(),
    map: z.string().optional(),
    key: z.string().optional(),
    cpu: z.number().optional(),
    offset: z.number().optional(),
    command: z.number().optional(),
    field: z.string().optional(),
  }),
  values: z.tuple([z.string(), z.string()]),
  description: z.string(),
});
const StatusSchema = z.enum(FINDING_STATUSES);

interface Row {
  readonly id: string;
  readonly shrunk_id: number;
  readonly original_id: number;
  readonly target_a: number;
  readonly target_b: number;
  readonly divergence: string;
  readonly signature: string;
  readonly cause: string;
  readonly first_slot: number | null;
  readonly status: string;
  readonly notes: string;
  readonly campaign_id: number | null;
  readonly found_at: number;
  readonly case_hash: string;
  readonly name_a: string;
  readonly name_b: string;
}

const SELECT = `
  SELECT findings.*, cases.hash AS case_hash, a.name AS name_a, b.name AS name_b FROM findings
  JOIN cases ON cases.id = shrunk_id
  JOIN targets AS a ON a.id = target_a
  JOIN targets AS b ON b.id = target_b`;

/** The table `findings`. */
export function findingRows(db: Database): FindingRows {
  const bySignature = db
    .prepare<[string], string>(`SELECT id FROM findings WHERE signature = ? AND status != 'fixed'
       ORDER BY found_at`)
    .pluck();
  const byHash = db.prepare<[string], string>('SELECT id FROM findings WHERE hash = ?').pluck();
  const hasId = db.prepare<[string]>('SELECT 1 FROM findings WHERE id = ?').pluck();
  const insert = db.prepare(
    `INSERT INTO findings (id, hash, shrunk_id, original_id, target_a, target_b, divergence,
     signature, cause, first_slot, campaign_id, found_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const all = db.prepare<[], Row>(`${SELECT} ORDER BY found_at, findings.id`);
  const beginning = db.prepare<[string, string], Row>(
    `${SELECT} WHERE substr(findings.id, 1, length(?)) = ? ORDER BY findings.id LIMIT 10`,
  );
  const causesOf = db
    .prepare<[number], string>(
      "SELECT DISTINCT cause FROM findings WHERE shrunk_id = ? AND cause != '' ORDER BY cause",
    )
    .pluck();
  const setStatus = db.prepare<[string, string, string]>(
    'UPDATE findings SET status = ?, notes = ? WHERE id = ?',
  );

  const replace = db.prepare<[number, number, number, string, string, string]>(
    `UPDATE findings SET shrunk_id = ?, target_a = ?, target_b = ?, divergence = ?, signature = ?,
     first_slot = NULL WHERE id = ?`,
  );
  const reopen = db.prepare<[string]>("UPDATE findings SET status = 'open' WHERE id = ?");

  /** As short as it can be read aloud, and longer only where that is taken. */
  function freeId(full: string): string {
    let lenDigits = 8;
    while (hasId.get(full.slice(0, lenDigits)) !== undefined) lenDigits++;
    return full.slice(0, lenDigits);
  }

  return {
    idOfSignature: (signature) => bySignature.get(signature),
    add(finding, { shrunk, originalId, targetIds }) {
      const { divergence, signature, cause, firstSlot, campaign, foundAtMs } = finding;
      const full = hash('sha256', JSON.stringify([shrunk.hash, divergence.class, ...targetIds]));
      const known = byHash.get(full);
      if (known !== undefined) {
        reopen.run(known);
        return known;
      }
      const id = freeId(full);
      insert.run(
        id,
        full,
        shrunk.id,
        originalId,
        ...targetIds,
        JSON.stringify(divergence),
        signature,
        cause,
        firstSlot,
        campaign,
        foundAtMs,
      );
      return id;
    },
    replaceShrunk(id, { divergence, signature }, { shrunk, targetIds }) {
      replace.run(shrunk.id, ...targetIds, JSON.stringify(divergence), signature, id);
    },
    all: () => all.all().map(storedFinding),
    causesOf: (shrunkId) => causesOf.all(shrunkId),
    beginningWith: (prefix) => beginning.all(prefix, prefix).map(storedFinding),
    setStatus: (id, status, notes) => {
      setStatus.run(status, notes, id);
    },
  };
}

const storedFinding = (row: Row): StoredFinding => ({
  id: row.id,
  divergence: DivergenceSchema.parse(JSON.parse(row.divergence)),
  targets: [row.name_a, row.name_b],
  signature: row.signature,
  cause: row.cause,
  firstSlot: row.first_slot,
  status: StatusSchema.parse(row.status),
  notes: row.notes,
  campaign: row.campaign_id,
  foundAtMs: row.found_at,
  caseHash: row.case_hash,
  shrunkId: row.shrunk_id,
  originalId: row.original_id,
  targetIds: [row.target_a, row.target_b],
});
