import type { Database } from 'better-sqlite3';
import { type CampaignRows, campaignRows } from './campaign-rows.ts';
import { type CaseRows, caseRows } from './case-rows.ts';
import { explained } from './corpus-error.ts';
import { type FindingRows, findingRows } from './finding-rows.ts';
import { type OutcomeRows, outcomeRows } from './outcome-rows.ts';
import { type ReachedRows, reachedRows } from './reached-rows.ts';
import { targetRows } from './target-rows.ts';

/** The tables of a corpus. */
export interface Tables {
  readonly cases: CaseRows;
  readonly outcomes: OutcomeRows;
  readonly findings: FindingRows;
  readonly campaigns: CampaignRows;
  readonly reached: ReachedRows;
}

/** Closes the database where it lacks a table. */
export function openTables(db: Database, path: string): Tables {
  try {
    return explained(path, () => ({
      cases: caseRows(db),
      outcomes: outcomeRows(db, targetRows(db)),
      findings: findingRows(db),
      campaigns: campaignRows(db),
      reached: reachedRows(db),
    }));
  } catch (error) {
    db.close();
    throw error;
  }
}
