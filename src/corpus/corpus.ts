import type { Database } from 'better-sqlite3';
import { ZodError } from 'zod';
import { CaseBytesError } from '../case/bytes.ts';
import { causeNamed } from '../causes/causes.ts';
import type { Observed } from '../compare/compare.ts';
import { campaignRows } from './campaign-rows.ts';
import { caseRows, type StoredCase } from './case-rows.ts';
import { CorpusError, explained } from './corpus-error.ts';
import { findingRows, type StoredFinding } from './finding-rows.ts';
import { closeDatabase, type OpenOptions, openDatabase } from './open-database.ts';
import { outcomeRows } from './outcome-rows.ts';
import type {
  Answer,
  Campaign,
  CampaignEnd,
  CampaignStart,
  CorpusStats,
  Finding,
  FindingHead,
  FindingStatus,
  NewFinding,
  Recorded,
  RecordedCase,
  SmallerFinding,
} from './records.ts';
import { targetRows } from './target-rows.ts';

export { CorpusError } from './corpus-error.ts';
export type { CorpusMode } from './open-database.ts';

/**
 * Findings, and the cases and outcomes that they rest on, in one SQLite file. Every call is one
 * transaction: it is on the disk when it returns, or nothing of it is. Every call may throw
 * `CorpusError`. Several processes may have it open, and one of them may write at a time.
 */
export interface Corpus {
  readonly path: string;
  /** Returns the campaign's id. */
  addCampaign(start: CampaignStart): number;
  endCampaign(id: number, end: CampaignEnd): void;
  campaigns(): readonly Campaign[];
  /** Keeps a finding with both cases and both outcomes, unless its signature is known. */
  recordFinding(finding: NewFinding): Recorded;
  /** Puts another case in the place of a finding's shrunk one, with all that is known of it. */
  replaceShrunk(id: string, smaller: SmallerFinding): void;
  /** Keeps what targets answered to cases; answers of the same target to the same case are replaced. */
  recordOutcomes(cases: readonly Omit<RecordedCase, 'name'>[]): void;
  /** From the oldest to the newest. */
  findings(): readonly FindingHead[];
  /** The finding whose id begins with `idOrPrefix`; throws where none or several do. */
  finding(idOrPrefix: string): Finding;
  /** What a person has decided about a finding. */
  setStatus(id: string, status: FindingStatus, notes: string): void;
  /** What is known of the case with that hash; [] where nothing is. */
  outcomesOf(caseHash: string): readonly Observed[];
  /** Every case with an outcome, one at a time; `name` is its hash. */
  recordedCases(): Iterable<RecordedCase>;
  stats(): CorpusStats;
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Opens the corpus in the SQLite file `path`, after a check of its integrity. With `write`, the
 * default, it is made where there is none (its folder as well), and brought up to date. Throws
 * `CorpusError`: missing, foreign, corrupt, newer, busy, read-only, disk full.
 */
export function openCorpus(path: string, options: OpenOptions = {}): Corpus {
  const db = openDatabase(path, options);
  const { cases, outcomes, findings, campaigns } = openTables(db, path);

  const reading = <T>(read: () => T): T => explained(path, () => understood(path, read));
  const writing = <T>(write: () => T): T => reading(() => db.transaction(write).immediate());

  function recordFinding(finding: NewFinding): Recorded {
    const known = findings.idOfSignature(finding.signature);
    if (known !== undefined) return { kind: 'known', id: known };
    const claim = finding.divergence.description;
    const shrunk = cases.add(finding.shrunk, claim);
    const [a, b] = finding.observed.map((observed) => outcomes.put(shrunk.id, observed));
    const originalId = cases.add(finding.original, `before shrinking: ${claim}`).id;
    return { kind: 'new', id: findings.add(finding, { shrunk, originalId, targetIds: [a, b] }) };
  }

  function fullFinding(stored: StoredFinding): Finding {
    const { shrunkId, originalId, targetIds, ...head } = stored;
    const shrunk = cases.byId(shrunkId);
    return {
      ...head,
      shrunk: shrunk.testCase,
      original: cases.byId(originalId).testCase,
      observed: [outcomes.of(shrunk, targetIds[0]), outcomes.of(shrunk, targetIds[1])],
    };
  }

  /** A kernel that may have the mistake that findings of the case come from has it. */
  function withMistake(answer: Observed, { id, testCase }: StoredCase): Answer {
    if (answer.info.engine === 'emulator') return answer;
    const mistake = findings
      .causesOf(id)
      .find((name) => causeNamed(name)?.experiment?.concerns(answer.info, testCase));
    return mistake === undefined ? answer : { ...answer, mistake };
  }

  const recordedCase = (stored: StoredCase): RecordedCase => ({
    name: stored.hash,
    claim: stored.claim,
    testCase: stored.testCase,
    answers: outcomes.all(stored).map((answer) => withMistake(answer, stored)),
  });

  return {
    path,
    addCampaign: (start) => writing(() => campaigns.add(start)),
    endCampaign: (id, end) => writing(() => campaigns.end(id, end)),
    campaigns: () => reading(campaigns.all),
    recordFinding: (finding) => writing(() => recordFinding(finding)),
    replaceShrunk: (id, smaller) =>
      writing(() => {
        const shrunk = cases.add(smaller.shrunk, smaller.divergence.description);
        const [a, b] = smaller.observed.map((observed) => outcomes.put(shrunk.id, observed));
        findings.replaceShrunk(id, smaller, { shrunk, targetIds: [a, b] });
      }),
    recordOutcomes: (recorded) =>
      writing(() => {
        for (const { testCase, claim, answers } of recorded) {
          const { id } = cases.add(testCase, claim);
          for (const answer of answers) outcomes.put(id, answer);
        }
      }),
    findings: () => reading(() => findings.all().map(headOf)),
    finding: (idOrPrefix) =>
      reading(() => fullFinding(only(path, idOrPrefix, findings.beginningWith(idOrPrefix)))),
    setStatus: (id, status, notes) => writing(() => findings.setStatus(id, status, notes)),
    outcomesOf: (hash) =>
      reading(() => {
        const stored = cases.byHash(hash);
        return stored === undefined ? [] : outcomes.all(stored);
      }),
    *recordedCases() {
      const each = cases.answered()[Symbol.iterator]();
      while (true) {
        const recorded = reading(() => {
          const next = each.next();
          return next.done ? undefined : recordedCase(next.value);
        });
        if (recorded === undefined) return;
        yield recorded;
      }
    },
    stats: () => reading(() => db.prepare<[], CorpusStats>(STATS).get()!),
    close: () => closeDatabase(db),
    [Symbol.dispose]: () => closeDatabase(db),
  };
}

function openTables(db: Database, path: string) {
  try {
    return explained(path, () => {
      const outcomes = outcomeRows(db, targetRows(db));
      return {
        cases: caseRows(db),
        outcomes,
        findings: findingRows(db),
        campaigns: campaignRows(db),
      };
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

const STATS = `SELECT
  (SELECT count(*) FROM cases) AS cases,
  (SELECT count(*) FROM targets) AS targets,
  (SELECT count(*) FROM outcomes) AS outcomes,
  (SELECT count(*) FROM findings) AS findings,
  (SELECT count(*) FROM campaigns) AS campaigns`;

function headOf({ shrunkId, originalId, targetIds, ...head }: StoredFinding): FindingHead {
  return head;
}

function only(path: string, prefix: string, found: readonly StoredFinding[]): StoredFinding {
  const exact = found.find(({ id }) => id === prefix);
  if (exact !== undefined) return exact;
  if (found.length === 1 && prefix !== '') return found[0];
  const ids = found.map(({ id }) => id).join(', ');
  const problem =
    found.length === 0
      ? `no finding's id begins with "${prefix}". \`bpfdiff corpus ls\` lists them`
      : `the ids of several findings begin with "${prefix}": ${ids}. Give more digits`;
  throw new CorpusError('CORPUS_NO_FINDING', path, problem);
}

/** What `read` returns; rows that don't hold what they should are damage. */
function understood<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isDamage =
      cause instanceof CaseBytesError || cause instanceof ZodError || cause instanceof SyntaxError;
    if (!isDamage) throw cause;
    const problem = `it holds what no bpfdiff has written: ${cause.message.split('\n', 1)[0]}`;
    throw new CorpusError('CORPUS_CORRUPT', path, problem, { cause });
  }
}
