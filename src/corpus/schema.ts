import type { Database } from 'better-sqlite3';

/** `bpfd` in ASCII: marks a SQLite file as a corpus of bpfdiff. */
export const APPLICATION_ID = 0x62706664;

/**
 * What makes a corpus of version i one of version i + 1; `user_version` says how many were done. A row
 * that was ever released stays as it is.
 *
 *   campaigns <-- findings --> cases <-- outcomes --> targets
 *                                ^------ reached
 *
 * Times are milliseconds since 1970. `cases.bytes` is canonical, `cases.hash` its SHA-256 in hex, and
 * `cases.text` the same for people. `cases.kept` is 1 where a case is there in its own right, and not for
 * a finding alone. `outcomes.bytes` is as outcome-bytes.ts writes it. `reached` names the case that reached
 * something first.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY,
    seed TEXT NOT NULL,
    profile TEXT NOT NULL,
    versions TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    cases INTEGER,
    runs INTEGER,
    divergences INTEGER,
    stopped TEXT
  ) STRICT;

  CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    text TEXT NOT NULL
  ) STRICT;

  CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kernel TEXT NOT NULL,
    arch TEXT NOT NULL,
    engine TEXT NOT NULL,
    release TEXT NOT NULL,
    endianness TEXT NOT NULL,
    page_bytes INTEGER NOT NULL,
    cpus INTEGER NOT NULL,
    execution TEXT NOT NULL,
    build TEXT NOT NULL,
    UNIQUE (name, kernel, arch, engine, release, endianness, page_bytes, cpus,
      execution, build)
  ) STRICT;

  CREATE TABLE outcomes (
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES targets,
    bytes BLOB NOT NULL,
    PRIMARY KEY (case_id, target_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    shrunk_id INTEGER NOT NULL REFERENCES cases,
    original_id INTEGER NOT NULL REFERENCES cases,
    target_a INTEGER NOT NULL REFERENCES targets,
    target_b INTEGER NOT NULL REFERENCES targets,
    divergence TEXT NOT NULL,
    signature TEXT NOT NULL,
    first_slot INTEGER,
    status TEXT NOT NULL DEFAULT 'open',
    notes TEXT NOT NULL DEFAULT '',
    campaign_id INTEGER REFERENCES campaigns,
    found_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX findings_by_signature ON findings (signature);
  CREATE INDEX findings_by_time ON findings (found_at);
  `,
  `ALTER TABLE findings ADD COLUMN cause TEXT NOT NULL DEFAULT '';`,
  // As located-text.ts writes it; NULL where it was not looked for. Nothing was ever in first_slot.
  `ALTER TABLE findings DROP COLUMN first_slot; ALTER TABLE findings ADD COLUMN located TEXT;`,
  `
  UPDATE findings SET status =
    CASE status WHEN 'open' THEN 'new' WHEN 'wontfix' THEN 'wont-fix' ELSE status END;
  ALTER TABLE findings ADD COLUMN rule TEXT NOT NULL DEFAULT '';
  ALTER TABLE findings ADD COLUMN kernels TEXT NOT NULL DEFAULT '';
  CREATE INDEX findings_by_shrunk ON findings (shrunk_id);
  CREATE INDEX findings_by_original ON findings (original_id);

  ALTER TABLE outcomes ADD COLUMN mistake TEXT NOT NULL DEFAULT '';

  ALTER TABLE cases ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
  UPDATE cases SET kept = 1 WHERE id NOT IN
    (SELECT shrunk_id FROM findings UNION SELECT original_id FROM findings);

  CREATE TABLE reached (
    name TEXT PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reached_by_case ON reached (case_id);
  `,
  // As campaign-detail.ts writes them; NULL of campaigns before this, and of those that haven't ended.
  `ALTER TABLE campaigns ADD COLUMN targets TEXT; ALTER TABLE campaigns ADD COLUMN series TEXT;`,
];

/** What this bpfdiff writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Does the migrations that are missing, all or none. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const missing = (): readonly string[] =>
    migrations.slice(db.pragma('user_version', { simple: true }) as number);
  if (missing().length === 0) return;
  db.transaction(() => {
    // Asked again: another process may have been here while this one waited for the lock.
    for (const migration of missing()) db.exec(migration);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
