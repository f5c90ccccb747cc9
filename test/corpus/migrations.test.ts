import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { encodeCase } from '../../src/case/bytes.ts';
import { caseHash } from '../../src/case/hash.ts';
import { printCase } from '../../src/case/text.ts';
import { openCorpus } from '../../src/corpus/corpus.ts';
import { encodeOutcome } from '../../src/corpus/outcome-bytes.ts';
import { MIGRATIONS, migrate, SCHEMA_VERSION } from '../../src/corpus/schema.ts';
import { caseNumber, findingNumber } from './new-finding.ts';
import { scratchFolder } from './scratch.ts';

/** Names of the statuses when there was no other version than these. */
const OLD_STATUSES = ['open', 'fixed', 'wontfix'] as const;
const NEW_STATUSES = ['new', 'fixed', 'wont-fix'];

/** A corpus as the bpfdiff of that version would have left it, in the words of SQL alone. */
function corpusOfVersion(version: number, journal: 'DELETE' | 'WAL'): string {
  const path = join(scratchFolder(), `version ${version}.db`);
  const db = new Database(path);
  db.pragma(`journal_mode = ${journal}`);
  migrate(db, MIGRATIONS.slice(0, version));
  const insert = (table: string, row: Readonly<Record<string, unknown>>): number => {
    const names = Object.keys(row);
    const values = names.map((name) => `@${name}`).join(', ');
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values})`;
    return Number(db.prepare(sql).run(row).lastInsertRowid);
  };
  const addCase = (number: number): number => {
    const testCase = caseNumber(number);
    const text = printCase(testCase, { claim: `case ${number}` });
    return insert('cases', { hash: caseHash(testCase), bytes: encodeCase(testCase), text });
  };
  const { observed, divergence } = findingNumber(1);
  const targets = observed.map(({ name, info: { kernel, engine, build, linux } }) =>
    insert('targets', {
      name,
      kernel,
      arch: linux.arch,
      engine,
      release: linux.release,
      endianness: linux.endianness,
      page_bytes: linux.pageBytes,
      cpus: linux.cpus,
      execution: linux.execution,
      build,
    }),
  );
  const answer = (caseId: number, target: number): void => {
    const bytes = encodeOutcome(observed[target].outcome);
    insert('outcomes', { case_id: caseId, target_id: targets[target], bytes });
  };
  for (const [number, status] of OLD_STATUSES.entries()) {
    const shrunk = addCase(number);
    const original = addCase(number + 1000);
    for (const target of [0, 1]) answer(shrunk, target);
    insert('findings', {
      id: `0000000${number}`,
      hash: `0000000${number}`,
      shrunk_id: shrunk,
      original_id: original,
      target_a: targets[0],
      target_b: targets[1],
      divergence: JSON.stringify(divergence),
      signature: `signature ${number}`,
      status: version < 4 ? status : NEW_STATUSES[number],
      notes: 'a note',
      found_at: number,
    });
  }
  answer(addCase(5000), 1);
  db.close();
  return path;
}

const VERSIONS = Array.from({ length: SCHEMA_VERSION }, (_, i) => i + 1);

describe.each(VERSIONS)('a corpus of version %i', (version) => {
  it.each([
    ['write', 'DELETE'],
    ['write', 'WAL'],
    ['read', 'DELETE'],
    ['read', 'WAL'],
  ] as const)('opened to %s, in mode %s, holds all that it held', (mode, journal) => {
    const path = corpusOfVersion(version, journal);
    using corpus = openCorpus(path, { mode });
    const findings = corpus.findings();
    expect(findings.map(({ status, notes }) => [status, notes])).toEqual(
      NEW_STATUSES.map((status) => [status, 'a note']),
    );
    for (const [number, { id }] of findings.entries()) {
      expect(corpus.finding(id)).toMatchObject({
        shrunk: caseNumber(number),
        original: caseNumber(number + 1000),
        observed: findingNumber(1).observed,
      });
    }
    expect([...corpus.recordedCases()]).toHaveLength(4);
    if (version < 4)
      expect([...corpus.keptCases()].map(({ claim }) => claim)).toEqual(['case 5000']);
  });

  it('is not changed by who reads it, and brought up to date by who writes', () => {
    const path = corpusOfVersion(version, 'DELETE');
    const versionOf = (): unknown => {
      const db = new Database(path, { readonly: true });
      try {
        return db.pragma('user_version', { simple: true });
      } finally {
        db.close();
      }
    };
    openCorpus(path, { mode: 'read' }).close();
    expect(versionOf()).toBe(version);
    openCorpus(path).close();
    expect(versionOf()).toBe(SCHEMA_VERSION);
  });
});
