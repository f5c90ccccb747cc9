import { ZodError } from 'zod';
import { CaseBytesError } from '../case/bytes.ts';
import { causeNamed } from '../causes/causes.ts';
import type { Observed } from '../compare/compare.ts';
import { addCase } from './add-case.ts';
import type { StoredCase } from './case-rows.ts';
import { CorpusError, explained } from './corpus-error.ts';
import { corpusCounts } from './counts.ts';
import type { Standing, StoredFinding } from './finding-rows.ts';
import { mergeInto } from './merge.ts';
import { closeDatabase, type OpenOptions, openDatabase } from './open-database.ts';
import type {
  Added,
  Answer,
  Campaign,
  CampaignEnd,
  CampaignStart,
  CorpusCounts,
  Decision,
  Finding,
  FindingHead,
  KeptCase,
  Merged,
  NewFinding,
  ReachingCase,
  Recorded,
  RecordedCase,
  Removed,
  SmallerFinding,
} from './records.ts';
import { removeCase, removeFinding } from './remove.ts';
import { openTables } from './tables.ts';

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
  /** The finding that a new one of that signature would be a duplicate of, on kernels of these releases. */
  standing(signature: string, releases: readonly string[]): Standing | undefined;
  /** Writes down what a person has decided about a finding, by its whole id. */
  decide(id: string, decision: Decision): void;
  /** Keeps cases in their own right, with their answers. One transaction for all. */
  addCases(cases: readonly Omit<RecordedCase, 'name'>[]): readonly Added[];
  /** Keeps those that reached what none had reached; comes back with how many these are. */
  keepReaching(cases: readonly ReachingCase[]): number;
  /** All that cases are kept for. */
  reached(): ReadonlySet<string>;
  /** Every case that is kept in its own right, one at a time; `name` is its hash. */
  keptCases(): Iterable<KeptCase>;
  /** Hashes of all cases with an outcome, from the first that was added. */
  answeredHashes(): readonly string[];
  /** The case whose hash begins so, with its answers; throws where none or several do. */
  recordedCase(hashOrPrefix: string): RecordedCase;
  /** Removes the finding or case whose id or hash begins so; throws where none or several do. */
  remove(idOrPrefix: string): Removed;
  /** Takes over all that the other one holds. */
  merge(other: Corpus): Merged;
  /** What is known of the case with that hash; [] where nothing is. */
  outcomesOf(caseHash: string): readonly Observed[];
  /** Every case with an outcome, one at a time; `name` is its hash. */
  recordedCases(): Iterable<RecordedCase>;
  stats(): CorpusCounts;
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
  const tables = openTables(db, path);
  const { cases, outcomes, findings, campaigns, reached } = tables;

  const reading = <T>(read: () => T): T => explained(path, () => understood(path, read));
  const writing = <T>(write: () => T): T => reading(() => db.transaction(write).immediate());

  function recordFinding(finding: NewFinding): Recorded {
    const known = findings.withSignature(finding.signature, releasesOf(finding.observed));
    if (known !== undefined) return { kind: 'known', ...known };
    const claim = finding.divergence.description;
    const shrunk = cases.add(finding.shrunk, claim);
    const [a, b] = finding.observed.map((observed) => outcomes.put(shrunk.id, observed));
    for (const observed of finding.others ?? []) outcomes.put(shrunk.id, observed);
    const originalId = cases.add(finding.original, `before shrinking: ${claim}`).id;
    return { kind: 'new', id: findings.add(finding, { shrunk, originalId, targetIds: [a, b] }) };
  }

  function fullFinding(stored: StoredFinding): Finding {
    const { shrunkId, originalId, targetIds, ...head } = stored;
    const shrunk = cases.byId(shrunkId);
    const names = new Set(head.targets);
    return {
      ...head,
      shrunk: shrunk.testCase,
      original: cases.byId(originalId).testCase,
      observed: [outcomes.of(shrunk, targetIds[0]), outcomes.of(shrunk, targetIds[1])],
      others: outcomes.all(shrunk).filter(({ name }) => !names.has(name)),
    };
  }

  /** A kernel that may have the mistake that findings of the case come from has it. */
  function withMistake(answer: Answer, { id, testCase }: StoredCase): Answer {
    if (answer.info.engine === 'emulator' || answer.mistake !== undefined) return answer;
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

  const keptCase = (stored: StoredCase): KeptCase => ({
    ...recordedCase(stored),
    reached: reached.of(stored.id),
  });

  /** One transaction each: an open one would block every write on this connection. */
  function* each<T>(cases: Iterable<StoredCase>, read: (stored: StoredCase) => T): Iterable<T> {
    const iterator = cases[Symbol.iterator]();
    while (true) {
      const next = reading(() => {
        const { done, value } = iterator.next();
        return done ? undefined : { value: read(value) };
      });
      if (next === undefined) return;
      yield next.value;
    }
  }

  function keepIfFirst({ testCase, answers, names }: ReachingCase): boolean {
    const first = reached.unknown(names);
    if (first.length === 0) return false;
    const { id } = cases.add(testCase, `reaches ${first.join(', ')}`);
    cases.keep(id);
    reached.add(id, first);
    for (const answer of answers) outcomes.ensure(id, answer);
    return true;
  }

  const onlyCase = (prefix: string): StoredCase =>
    cases.byHash(prefix) ??
    only(path, prefix, { what: 'case', found: cases.beginningWith(prefix), idOf: (c) => c.hash });
  const onlyFinding = (prefix: string): StoredFinding =>
    only(path, prefix, {
      what: 'finding',
      found: findings.beginningWith(prefix),
      idOf: (f) => f.id,
    });

  /** What begins so among findings comes before what does among cases. */
  function remove(prefix: string): Removed {
    const isFinding = findings.beginningWith(prefix).length > 0 || prefix === '';
    if (isFinding) return removeFinding(tables, onlyFinding(prefix));
    return removeCase(tables, onlyCase(prefix));
  }

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
          cases.keep(id);
          for (const answer of answers) outcomes.put(id, answer);
        }
      }),
    findings: () => reading(() => findings.all().map(headOf)),
    finding: (idOrPrefix) => reading(() => fullFinding(onlyFinding(idOrPrefix))),
    standing: (signature, releases) => reading(() => findings.withSignature(signature, releases)),
    decide: (id, decision) => writing(() => findings.decide(id, decision)),
    addCases: (recorded) => writing(() => recorded.map((each) => addCase(tables, each))),
    keepReaching: (reaching) => writing(() => reaching.filter(keepIfFirst).length),
    reached: () => reading(reached.names),
    keptCases: () => each(cases.kept(), keptCase),
    answeredHashes: () => reading(cases.answeredHashes),
    recordedCase: (prefix) => reading(() => recordedCase(onlyCase(prefix))),
    remove: (prefix) => writing(() => remove(prefix)),
    merge: (other) => writing(() => mergeInto(tables, other)),
    outcomesOf: (hash) =>
      reading(() => {
        const stored = cases.byHash(hash);
        return stored === undefined ? [] : outcomes.all(stored);
      }),
    recordedCases: () => each(cases.answered(), recordedCase),
    stats: () => reading(() => corpusCounts(db)),
    close: () => closeDatabase(db),
    [Symbol.dispose]: () => closeDatabase(db),
  };
}

function headOf({ shrunkId, originalId, targetIds, ...head }: StoredFinding): FindingHead {
  return head;
}

interface Candidates<T> {
  readonly what: 'finding' | 'case';
  readonly found: readonly T[];
  readonly idOf: (item: T) => string;
}

function only<T>(path: string, prefix: string, { what, found, idOf }: Candidates<T>): T {
  const exact = found.find((item) => idOf(item) === prefix);
  if (exact !== undefined) return exact;
  if (found.length === 1 && prefix !== '') return found[0];
  const ids = found.map(idOf).join(', ');
  const problem =
    found.length === 0
      ? `no ${what}'s id begins with "${prefix}". \`bpfdiff corpus ls\` lists them`
      : `the ids of several ${what}s begin with "${prefix}": ${ids}. Give more digits`;
  throw new CorpusError('CORPUS_NO_FINDING', path, problem);
}

/** Of the kernels among them; an emulator is told the release of one. */
const releasesOf = (observed: readonly Observed[]): readonly string[] =>
  observed.map(({ info }) => info.linux.release);

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
