import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa, type Options } from 'execa';
import { ARCHES, type Arch } from '../arch.ts';
import type { CatalogueRow } from './catalogue.ts';

/** A package of one version that apt's lists know. */
export interface Candidate {
  readonly package: string;
  readonly version: string;
  /** Such as `trixie-security`. */
  readonly suite: string;
  /** What a kernel of this package calls itself, where the package's name says it. */
  readonly release: string | undefined;
}

/** A file of the archive. apt's lists, whose signatures were checked, tell its hash. */
export interface Download {
  readonly package: string;
  readonly uri: string;
  readonly sizeBytes: number;
  readonly hash: string;
}

/** Options that tell apt which lists, folders and sources to work with. */
export type AptState = readonly string[];

/** The system's own lists, as its administrator last updated them. */
export const SYSTEM_STATE: AptState = [];

const UPDATE_TIMEOUT_MS = 300_000;
const DOWNLOAD_TIMEOUT_MS = 900_000;

/** Where lists of our own come from: the system's sources as they are, or other ones. */
export interface OwnStateOptions {
  readonly folder: string;
  readonly arch: Arch;
  /** In deb822. */
  readonly sources: string | undefined;
}

/** Lists in a folder of our own, checked with the keys that the system trusts. Needs no root. */
export async function ownState({ folder, arch, sources }: OwnStateOptions): Promise<AptState> {
  const [lists, cache] = [join(folder, 'lists'), join(folder, 'cache')];
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const own = [
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    // Some containers have it off; then each command reads all lists again.
    'Dir::Cache::pkgcache=pkgcache.bin',
  ];
  if (sources !== undefined) {
    const list = join(folder, 'debian.sources');
    await writeFile(list, sources);
    const { debian } = ARCHES[arch];
    own.push(`Dir::Etc::SourceList=${list}`, 'Dir::Etc::SourceParts=/dev/null');
    own.push(`APT::Architecture=${debian}`, `APT::Architectures::=${debian}`);
    // What is installed here is of no interest there.
    own.push('Dir::State::Status=/dev/null');
  }
  return own.flatMap((option) => ['-o', option]);
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
  // Lines such as `NAME | VERSION | URI SUITE/COMPONENT ARCH Packages`.
  const versions = await execa('apt-cache', [...state, 'madison', ...names], quietly(signal));
  return versions.stdout
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\S+) \|\s+(\S+) \|\s+\S+ ([^/\s]+)\/\S* \S+ Packages$/.exec(line);
      if (match === null) return [];
      const [, name, version, suite] = match as unknown as [string, string, string, string];
      return [{ package: name, version, suite, release: row.packages.exec(name)?.[1] }];
    })
    .filter(isFirst)
    .toSorted(newestFirst);
}

/** What has to be downloaded for packages, such as `linux-image-amd64` or `NAME=VERSION`. */
export async function describeDownloads(
  packages: readonly string[],
  state: AptState,
  emptyFolder: string,
  signal: AbortSignal,
): Promise<readonly Download[]> {
  const args = [...state, 'download', '--print-uris', ...packages];
  const { stdout } = await execa('apt-get', args, { ...quietly(signal), cwd: emptyFolder });
  const downloads = stdout.split('\n').flatMap((line) => {
    const match = /^'([^']+)' ([^\s_]+)_\S+ (\d+) (\S+:\S+)$/.exec(line);
    if (match === null) return [];
    const [, uri, name, size, hash] = match as unknown as [string, string, string, string, string];
    return [{ package: name, uri, sizeBytes: Number(size), hash }];
  });
  if (downloads.length < packages.length) {
    throw new Error(`apt can't say where ${packages.join(' and ')} are`);
  }
  return downloads;
}

/**
 * Downloads packages into a folder; what is there from a try before is kept, where the mirror can go
 * on in the middle of a file. apt checks the hashes. Returns the paths, in order. `onPercent` hears
 * how far it is. Rejects with execa's error where one can't be had.
 */
export async function download(
  downloads: readonly Download[],
  folder: string,
  state: AptState,
  signal: AbortSignal,
  onPercent: (percent: number) => void,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  // Named by the hash: what is left of another version is no beginning of this one.
  const paths = downloads.map(({ package: name, hash }) =>
    join(folder, `${name}-${hash.slice(-16)}.deb`),
  );
  const files = downloads.flatMap(({ uri, hash }, i) => [uri, paths[i]!, hash]);
  // `apt-get download` would begin anew each time.
  const args = [...state, '-o', 'APT::Status-Fd=3', 'download-file', ...files];
  const downloading = execa(await aptHelper(signal), args, {
    ...quietly(signal),
    timeout: DOWNLOAD_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  for await (const line of downloading.iterable({ from: 'fd3' })) {
    // Such as `dlstatus:1:41.5:Retrieving file 1 of 1`.
    const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
    if (percent !== undefined) onPercent(Number(percent));
  }
  await downloading;
  return paths;
}

/** It is not in PATH, but beside the folder of apt's methods. */
async function aptHelper(signal: AbortSignal): Promise<string> {
  const args = ['shell', 'methods', 'Dir::Bin::methods/f'];
  const { stdout } = await execa('apt-config', args, quietly(signal));
  const methods = /^methods='(.*)'$/m.exec(stdout)?.[1] ?? '/usr/lib/apt/methods';
  return join(dirname(methods), 'apt-helper');
}

/** Not translated, for it is read here; and the signal ends it. */
function quietly(signal: AbortSignal) {
  return { env: { LC_ALL: 'C' }, cancelSignal: signal } as const satisfies Options;
}

/** Two suites can hold the same version. */
const isFirst = (one: Candidate, index: number, all: readonly Candidate[]): boolean =>
  index ===
  all.findIndex((other) => other.package === one.package && other.version === one.version);

/** Numbers by their value, which orders all versions of a kernel's package as dpkg does. */
function newestFirst(a: Candidate, b: Candidate): number {
  return b.version.localeCompare(a.version, 'en', { numeric: true });
}
