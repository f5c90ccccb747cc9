import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { readSeries, readTargets, seriesText, targetsText } from './campaign-detail.ts';
import type { Campaign, CampaignEnd, CampaignStart } from './records.ts';

export interface CampaignRows {
  add(start: CampaignStart): number;
  end(id: number, end: CampaignEnd): void;
  all(): readonly Campaign[];
}

const VersionsSchema = z.record(z.string(), z.string());

interface Row {
  readonly id: number;
  readonly seed: string;
  readonly profile: string;
  readonly versions: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly cases: number;
  readonly runs: number;
  readonly divergences: number;
  readonly stopped: string;
  readonly targets: string | null;
  readonly series: string | null;
}

/** The table `campaigns`. */
export function campaignRows(db: Database): CampaignRows {
  const insert = db.prepare<[string, string, string, number]>(
    'INSERT INTO campaigns (seed, profile, versions, started_at) VALUES (?, ?, ?, ?)',
  );
  const update = db.prepare(
    `UPDATE campaigns SET ended_at = @endedAtMs, cases = @cases, runs = @runs,
     divergences = @divergences, stopped = @stopped, targets = @targets, series = @series
     WHERE id = @id`,
  );
  const all = db.prepare<[], Row>('SELECT * FROM campaigns ORDER BY id');
  return {
    add({ seed, profile, versions, startedAtMs }) {
      const { lastInsertRowid } = insert.run(seed, profile, JSON.stringify(versions), startedAtMs);
      return Number(lastInsertRowid);
    },
    end(id, { endedAtMs, cases, runs, divergences, stopped, targets, series }) {
      update.run({
        id,
        endedAtMs,
        cases,
        runs,
        divergences,
        stopped,
        targets: targets === undefined ? null : targetsText(targets),
        series: series === undefined ? null : seriesText(series),
      });
    },
    all: () => all.all().map(campaignOf),
  };
}

function campaignOf(row: Row): Campaign {
  const { id, seed, profile } = row;
  return {
    id,
    seed,
    profile,
    versions: VersionsSchema.parse(JSON.parse(row.versions)),
    startedAtMs: row.started_at,
    end: row.ended_at === null ? null : endOf(row, row.ended_at),
  };
}

const endOf = (
  { cases, runs, divergences, stopped, targets, series }: Row,
  endedAtMs: number,
): CampaignEnd => ({
  endedAtMs,
  cases,
  runs,
  divergences,
  stopped,
  ...(targets !== null && { targets: readTargets(targets) }),
  ...(series !== null && { series: readSeries(series) }),
});
