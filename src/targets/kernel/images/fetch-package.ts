import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { TargetUnavailableError } from '../../target.ts';
import {
  type AptState,
  type Candidate,
  downloadPackage,
  findCandidates,
  ownState,
  SYSTEM_STATE,
  updateLists,
} from './apt.ts';
import type { CatalogueRow } from './catalogue.ts';
import type { EnsureImageOptions } from './ensure-image.ts';
import { complaint, needSpace } from './unavailable.ts';

/** An index can name a package that its pool no longer has; then the next newest one has to do. */
const CANDIDATES_MAX = 3;
/** The package, and what is taken out of it. */
const SPACE_FACTOR = 2;
/** Percent between two progress lines. */
const STEP = 10;

/**
 * First by the lists that the system has; where these know no package, or only ones that are gone,
 * by fresh lists of our own.
 */
export async function fetchPackage(
  row: CatalogueRow,
  work: string,
  options: EnsureImageOptions,
): Promise<{ readonly candidate: Candidate; readonly deb: string }> {
  const bySystem = await tryCandidates(row, SYSTEM_STATE, work, options);
  if ('deb' in bySystem) return bySystem;

  options.onEvent({ kind: 'preparing', what: "fetching the lists of apt's sources" });
  const state = await ownState(join(work, 'apt'));
  const complaints = await updateLists(state, options.signal);
  const byOwn = await tryCandidates(row, state, work, options);
  if ('deb' in byOwn) return byOwn;

  const failure = byOwn.failure ?? bySystem.failure;
  if (failure) throw failure;
  const why = complaint(complaints);
  throw new TargetUnavailableError(
    row.name,
    `apt knows no package ${row.packages.source.slice(1, -1)}${why && ` (${why})`}`,
    why ? "make apt's sources reachable, so that apt-get update works" : row.remedy,
  );
}

async function tryCandidates(
  row: CatalogueRow,
  state: AptState,
  work: string,
  { onEvent, signal }: EnsureImageOptions,
): Promise<{ candidate: Candidate; deb: string } | { failure: unknown }> {
  let failure: unknown;
  for (const candidate of (await findCandidates(row, state, signal)).slice(0, CANDIDATES_MAX)) {
    const megabytes = Math.ceil(candidate.sizeBytes / 1e6);
    const what = `fetching ${candidate.package} ${candidate.version} (${megabytes} MB)`;
    onEvent({ kind: 'preparing', what });
    try {
      await needSpace(row.name, work, candidate.sizeBytes * SPACE_FACTOR);
      const folder = await mkdtemp(join(work, 'download-'));
      const onPercent = inSteps((percent) =>
        onEvent({ kind: 'preparing', what: `${what}, ${percent} %` }),
      );
      const deb = await downloadPackage(candidate, folder, state, signal, onPercent);
      return { candidate, deb };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TargetUnavailableError) throw error;
      failure = error;
    }
  }
  return { failure };
}

/** Reports a growing percentage only where it has passed the next step. */
function inSteps(report: (percent: number) => void): (percent: number) => void {
  let next = STEP;
  return (percent) => {
    if (percent < next) return;
    const reached = Math.floor(percent / STEP) * STEP;
    next = reached + STEP;
    report(reached);
  };
}
