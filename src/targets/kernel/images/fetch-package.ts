import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TargetUnavailableError } from '../../target.ts';
import { ARCHES } from '../arch.ts';
import {
  type AptState,
  type Candidate,
  describeDownloads,
  download,
  findCandidates,
  ownState,
  SYSTEM_STATE,
  updateLists,
} from './apt.ts';
import type { CatalogueRow } from './catalogue.ts';
import type { EnsureImageOptions } from './ensure-image.ts';
import { debianSources, systemSources } from './sources.ts';
import { complaint, needSpace } from './unavailable.ts';

/** Packages of one kernel. */
export interface Fetched {
  readonly candidate: Candidate;
  /** Paths: the one with the image, then its companion, then the one with modules, as the layout has. */
  readonly debs: readonly string[];
}

/** An index can name packages that its pool no longer has; then the next newest one has to do. */
const CANDIDATES_MAX = 8;
/** The most that apt's lists take, and the most that is taken out of packages. */
const LISTS_BYTES = 128_000_000;
const IMAGE_BYTES = 64_000_000;
/** Percent between two progress lines. */
const STEP = 10;

/**
 * First by the lists that the system has; where these know no package, or only ones that are gone,
 * by fresh lists of our own. `work` may hold what is left of a try that was cut off.
 */
export async function fetchPackage(
  row: CatalogueRow,
  work: string,
  options: EnsureImageOptions,
): Promise<Fetched> {
  const bySystem =
    ARCHES[row.arch].node === process.arch
      ? await tryCandidates(row, SYSTEM_STATE, work, options)
      : { failure: undefined };
  if ('debs' in bySystem) return bySystem;

  const sources =
    row.suites.length > 0
      ? debianSources(await systemSources(options.signal), row.suites)
      : undefined;
  if (row.suites.length > 0 && sources === undefined) throw bySystem.failure ?? noMirror(row);
  await needSpace(row.name, work, LISTS_BYTES);
  options.onEvent({ kind: 'preparing', what: "fetching the lists of apt's sources" });
  const state = await ownState({ folder: join(work, 'apt'), arch: row.arch, sources });
  const complaints = await updateLists(state, options.signal);
  const byOwn = await tryCandidates(row, state, work, options);
  if ('debs' in byOwn) return byOwn;

  const failure = byOwn.failure ?? bySystem.failure;
  if (failure) throw failure;
  const why = complaint(complaints);
  const isWhole = row.packages.test(row.packagePrefix);
  throw new TargetUnavailableError(
    row.name,
    `apt knows no package ${row.packagePrefix}${isWhole ? '' : '*'} that holds it${why && ` (${why})`}`,
    why ? "make apt's sources reachable, so that apt-get update works" : row.remedy,
  );
}

function noMirror({ name, suites }: CatalogueRow): TargetUnavailableError {
  return new TargetUnavailableError(
    name,
    `its packages are in Debian's ${suites.join(' and ')}, and no source of apt is a Debian mirror`,
    'add one, with `Signed-By` of debian-archive-keyring; any release of Debian will do',
  );
}

async function tryCandidates(
  row: CatalogueRow,
  state: AptState,
  work: string,
  options: EnsureImageOptions,
): Promise<Fetched | { failure: unknown }> {
  let failure: unknown;
  const candidates = await findCandidates(row, state, options.signal);
  for (const candidate of candidates.slice(0, CANDIDATES_MAX)) {
    try {
      return { candidate, debs: await fetchCandidate(row, candidate, state, work, options) };
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof TargetUnavailableError) throw error;
      failure = error;
    }
  }
  return { failure };
}

async function fetchCandidate(
  { name, layout }: CatalogueRow,
  candidate: Candidate,
  state: AptState,
  work: string,
  { onEvent, signal }: EnsureImageOptions,
): Promise<readonly string[]> {
  const packages = [`${candidate.package}=${candidate.version}`];
  for (const prefix of [layout.companion, layout.modulePackage]) {
    if (prefix !== undefined) packages.push(`${prefix}${candidate.release}`);
  }
  const empty = join(work, 'empty');
  await mkdir(empty, { recursive: true });
  const downloads = await describeDownloads(packages, state, empty, signal);
  // apt may print them in another order.
  const place = (name: string) => packages.findIndex((wanted) => wanted.split('=')[0] === name);
  const ordered = downloads.toSorted((a, b) => place(a.package) - place(b.package));
  const sizeBytes = ordered.reduce((sum, one) => sum + one.sizeBytes, 0);
  await needSpace(name, work, sizeBytes + IMAGE_BYTES);

  const megabytes = Math.ceil(sizeBytes / 1e6);
  const what = `fetching ${candidate.package} ${candidate.version} (${megabytes} MB)`;
  onEvent({ kind: 'preparing', what });
  const onPercent = inSteps((percent) =>
    onEvent({ kind: 'preparing', what: `${what}, ${percent} %` }),
  );
  return download(ordered, join(work, 'packages'), state, signal, onPercent);
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
