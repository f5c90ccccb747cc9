import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { isInRange, KERNEL_RANGE } from './kernel-range.ts';
import { locatedText, readLocated } from './located-text.ts';
import {
  type Decision,
  FINDING_STATUSES,
  type FindingHead,
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
  /** Its id in another corpus, which it keeps where that is free. */
  readonly id?: string;
}

export interface FindingRows {
  /**
   * The first finding with that signature that makes another one on these kernels, by their releases, a
   * duplicate: those that are said to be fixed don't, nor those that are known of other kernels.
   */
  withSignature(signature: string, releases: readonly string[]): Standing | undefined;
  /** Returns its id. One that is there, said to be fixed, is new again. */
  add(finding: NewFinding, parts: FindingParts): string;
  /** The one of that case, class and targets. */
  same(finding: NewFinding, parts: FindingParts): StoredFinding | undefined;
  replaceShrunk(id: string, smaller: SmallerFinding, parts: Omit<FindingParts, 'originalId'>): void;
  all(): readonly StoredFinding[];
  count(): number;
  /** Names of the mistakes that findings come from whose shrunk case that is. */
  causesOf(shrunkId: number): readonly string[];
  /** Those whose ids begin with `prefix`. */
  beginningWith(prefix: string): readonly StoredFinding[];
  /** Those about that case, as it was found or shrunk. */
  about(caseId: number): readonly string[];
  decide(id: string, decision: Decision): void;
  remove(id: string): void;
}

/** A finding that stands for all of its signature. */
export interface Standing {
  readonly id: string;
  /** Absent where it is not known by a rule. */
  readonly rule?: string;
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
const RangeSchema = z.string().regex(KERNEL_RANGE.pattern);

interface Row {
  readonly id: string;
  readonly shrunk_id: number;
  readonly original_id: number;
  readonly target_a: number;
  readonly target_b: number;
  readonly divergence: string;
  readonly signature: string;
  readonly cause: string;
  readonly located: string | null;
  readonly status: string;
  readonly notes: string;
  readonly rule: string;
  readonly kernels: string;
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
  const bySignature = db.prepare<[string], Pick<Row, 'id' | 'status' | 'rule' | 'kernels'>>(
    `SELECT id, status, rule, kernels FROM findings WHERE signature = ? AND status != 'fixed'
       ORDER BY status = 'known' DESC, found_at`,
  );
  const byHash = db.prepare<[string], string>('SELECT id FROM findings WHERE hash = ?').pluck();
  const hasId = db.prepare<[string]>('SELECT 1 FROM findings WHERE id = ?').pluck();
  const insert = db.prepare(
    `INSERT INTO findings (id, hash, shrunk_id, original_id, target_a, target_b, divergence,
     signature, cause, located, campaign_id, found_at, status)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'new')`,
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
  const about = db
    .prepare<[number, number], string>(
      'SELECT id FROM findings WHERE shrunk_id = ? OR original_id = ? ORDER BY id',
    )
    .pluck();
  const decide = db.prepare<[Required<Decision> & { readonly id: string }]>(
    `UPDATE findings SET status = @status, notes = @notes, rule = @rule, kernels = @kernels
     WHERE id = @id`,
  );
  const decided = db.prepare<[string], Required<Decision>>(
    'SELECT status, notes, rule, kernels FROM findings WHERE id = ?',
  );
  const remove = db.prepare<[string]>('DELETE FROM findings WHERE id = ?');
  const reopen = db.prepare<[string]>("UPDATE findings SET status = 'new' WHERE id = ?");
  const sameRows = db.prepare<[number, number, number], Row>(
    `${SELECT} WHERE shrunk_id = ? AND target_a = ? AND target_b = ?`,
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM findings').pluck();
  const replace = db.prepare<[number, number, number, string, string, string | null, string]>(
    `UPDATE findings SET shrunk_id = ?, target_a = ?, target_b = ?, divergence = ?, signature = ?,
     located = ? WHERE id = ?`,
  );

  /** As short as it can be read aloud, and longer only where that is taken. */
  function freeId(full: string): string {
    let lenDigits = 8;
    while (hasId.get(full.slice(0, lenDigits)) !== undefined) lenDigits++;
    return full.slice(0, lenDigits);
  }

  return {
    withSignature(signature, releases) {
      const standing = bySignature
        .all(signature)
        .find(
          ({ status, kernels }) =>
            status !== 'known' || releases.every((release) => isInRange(kernels, release)),
        );
      if (standing === undefined) return undefined;
      const { id, status, rule } = standing;
      return status === 'known' ? { id, rule: rule || id } : { id };
    },
    same: ({ divergence }, { shrunk, targetIds }) =>
      sameRows
        .all(shrunk.id, ...targetIds)
        .map(storedFinding)
        .find((stored) => stored.divergence.class === divergence.class),
    count: () => count.get()!,
    about: (caseId) => about.all(caseId, caseId),
    remove: (id) => {
      remove.run(id);
    },
    add(finding, { shrunk, originalId, targetIds, id: wanted }) {
      const { divergence, signature, cause, located, campaign, foundAtMs } = finding;
      const full = hash('sha256', JSON.stringify([shrunk.hash, divergence.class, ...targetIds]));
      const known = byHash.get(full);
      if (known !== undefined) {
        reopen.run(known);
        return known;
      }
      const isFree = wanted !== undefined && hasId.get(wanted) === undefined;
      const id = isFree ? wanted : freeId(full);
      insert.run(
        id,
        full,
        shrunk.id,
        originalId,
        ...targetIds,
        JSON.stringify(divergence),
        signature,
        cause,
        located && locatedText(located),
        campaign,
        foundAtMs,
      );
      return id;
    },
    replaceShrunk(id, { divergence, signature, located }, { shrunk, targetIds }) {
      const text = located && locatedText(located);
      replace.run(shrunk.id, ...targetIds, JSON.stringify(divergence), signature, text, id);
    },
    all: () => all.all().map(storedFinding),
    causesOf: (shrunkId) => causesOf.all(shrunkId),
    beginningWith: (prefix) => beginning.all(prefix, prefix).map(storedFinding),
    decide: (id, decision) => {
      const before = decided.get(id);
      if (before !== undefined) decide.run({ ...before, ...decision, id });
    },
  };
}

const storedFinding = (row: Row): StoredFinding => ({
  id: row.id,
  divergence: DivergenceSchema.parse(JSON.parse(row.divergence)),
  targets: [row.name_a, row.name_b],
  signature: row.signature,
  cause: row.cause,
  located: row.located === null ? null : readLocated(row.located),
  status: StatusSchema.parse(row.status),
  notes: row.notes,
  rule: row.rule,
  kernels: RangeSchema.parse(row.kernels),
  campaign: row.campaign_id,
  foundAtMs: row.found_at,
  caseHash: row.case_hash,
  shrunkId: row.shrunk_id,
  originalId: row.original_id,
  targetIds: [row.target_a, row.target_b],
});
