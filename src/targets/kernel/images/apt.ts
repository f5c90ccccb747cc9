import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import type { CatalogueRow } from './catalogue.ts';

/** A package of one version, as apt's lists describe it. */
export interface Candidate {
  readonly package: string;
  readonly version: string;
  readonly sizeBytes: number;
}

/** Options that tell apt which lists and folders to work with. */
export type AptState = readonly string[];

/** The system's own lists, as its administrator last updated them. */
export const SYSTEM_STATE: AptState = [];

const UPDATE_TIMEOUT_MS = 300_000;
const DOWNLOAD_TIMEOUT_MS = 900_000;

/**
 * Lists in a folder of our own, from the sources that the system has and with the keys that it
 * trusts. Needs no root.
 */
export async function ownState(folder: string): Promise<AptState> {
  const [lists, cache] = [join(folder, 'lists'), join(folder, 'cache')];
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`];
}

/**
 * Fetches the lists. A source that can't be had is left out: whether the others are enough, the next
 * search tells. Returns what apt complained about.
 */
export async function updateLists(state: AptState, signal: AbortSignal): Promise<string> {
  const args = ['update', ...state, '-o', 'Acquire::Languages=none', '-o', 'Acquire::Retries=2'];
  const updated = await execa('apt-get', args, {
    ...quietly(signal),
    timeout: UPDATE_TIMEOUT_MS,
    reject: false,
  });
  signal.throwIfAborted();
  return updated.stderr;
}

/** Packages that hold the kernel, newest first; none where apt knows none. */
export async function findCandidates(
  row: CatalogueRow,
  state: AptState,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const known = await execa(
    'apt-cache',
    [...state, 'pkgnames', row.packagePrefix],
    quietly(signal),
  );
  const names = known.stdout.split('\n').filter((name) => row.packages.test(name));
  if (names.length === 0) return [];
  // A name can be known only because another package names it; then there is nothing to show.
  const shown = await execa('apt-cache', [...state, 'show', ...names], {
    ...quietly(signal),
    reject: false,
  });
  signal.throwIfAborted();
  return shown.stdout.split('\n\n').flatMap(parseRecord).toSorted(newestFirst);
}

/**
 * Downloads a package into a folder; apt checks its hash. Returns its path. `onPercent` hears how
 * far it is. Rejects with execa's error where it can't be had.
 */
export async function downloadPackage(
  candidate: Candidate,
  folder: string,
  state: AptState,
  signal: AbortSignal,
  onPercent: (percent: number) => void,
): Promise<string> {
  const wanted = `${candidate.package}=${candidate.version}`;
  const download = execa('apt-get', [...state, '-o', 'APT::Status-Fd=3', 'download', wanted], {
    ...quietly(signal),
    cwd: folder,
    timeout: DOWNLOAD_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  for await (const line of download.iterable({ from: 'fd3' })) {
    // Such as `dlstatus:1:41.5:Retrieving file 1 of 1`.
    const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
    if (percent !== undefined) onPercent(Number(percent));
  }
  await download;
  const [name] = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
  if (name === undefined) throw new Error(`apt-get download left no package in ${folder}`);
  return join(folder, name);
}

/** Not translated, for it is read here; and the signal ends it. */
function quietly(signal: AbortSignal) {
  return { env: { LC_ALL: 'C' }, cancelSignal: signal } as const satisfies Options;
}

/** Reads a record such as `apt-cache show` prints: `Field: value` lines. */
function parseRecord(record: string): readonly Candidate[] {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: (\\S+)$`, 'm').exec(record)?.[1];
  const [name, version, size] = [field('Package'), field('Version'), field('Size')];
  if (name === undefined || version === undefined || size === undefined) return [];
  return [{ package: name, version, sizeBytes: Number(size) }];
}

/** Numbers by their value, which orders all versions of a kernel's package as dpkg does. */
function newestFirst(a: Candidate, b: Candidate): number {
  return b.version.localeCompare(a.version, 'en', { numeric: true });
}
