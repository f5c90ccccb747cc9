import type { Database } from 'better-sqlite3';
import type { CorpusCounts, CorpusStats } from './records.ts';

/** How much a corpus holds, and of what. */
export function corpusCounts(db: Database): CorpusCounts {
  const grouped = (sql: string): Readonly<Record<string, number>> =>
    Object.fromEntries(db.prepare<[], [string, number]>(sql).raw().all());
  return {
    ...db.prepare<[], CorpusStats>(STATS).get()!,
    findingsByStatus: grouped('SELECT status, count(*) FROM findings GROUP BY 1 ORDER BY 1'),
    findingsByClass: grouped(
      "SELECT divergence ->> 'class', count(*) FROM findings GROUP BY 1 ORDER BY 1",
    ),
    outcomesByTarget: grouped(
      `SELECT name || ' ' || kernel, count(*) FROM outcomes
       JOIN targets ON targets.id = target_id GROUP BY 1 ORDER BY 1`,
    ),
    bytes: db.prepare<[], number>(BYTES).pluck().get()!,
  };
}

const STATS = `SELECT
  (SELECT count(*) FROM cases) AS cases,
  (SELECT count(*) FROM cases WHERE kept = 1) AS kept,
  (SELECT count(*) FROM targets) AS targets,
  (SELECT count(*) FROM outcomes) AS outcomes,
  (SELECT count(*) FROM findings) AS findings,
  (SELECT count(*) FROM campaigns) AS campaigns,
  (SELECT count(*) FROM reached) AS reached`;

const BYTES = 'SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()';
