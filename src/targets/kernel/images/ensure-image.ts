import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TargetEvent, TargetUnavailableError } from '../../target.ts';
import { CATALOGUE, type CatalogueRow, type ImageName } from './catalogue.ts';
import { fetchPackage } from './fetch-package.ts';
import { ImageError, type Manifest, readImage } from './manifest.ts';
import { asUnavailable } from './unavailable.ts';
import { unpackImage } from './unpack.ts';

/** A kernel that is there and was checked just now. Paths are absolute if `cacheDir` is. */
export interface KernelImage {
  readonly name: ImageName;
  readonly arch: 'x86_64';
  /** `uname -r`. */
  readonly release: string;
  readonly package: string;
  readonly packageVersion: string;
  readonly kernel: string;
  readonly config: string;
  /** In the order in which they are to be loaded. */
  readonly modules: readonly string[];
}

export interface EnsureImageOptions {
  /** The user's cache of bpfdiff; images lie below `kernels/`. */
  readonly cacheDir: string;
  /** Hears `preparing` events while something is fetched. */
  readonly onEvent: (event: TargetEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives the kernel of a name out of the cache, or fetches its package by the system's apt, without
 * root. It is checked each time (length, SHA-256, format), and what is damaged is fetched anew.
 * Any number of processes may do so at once; a cache that is complete may be read-only. Rejects with
 * `TargetUnavailableError` where it can't be had, and with the signal's reason where that says stop.
 */
export async function ensureImage(
  name: ImageName,
  options: EnsureImageOptions,
): Promise<KernelImage> {
  const row: CatalogueRow = CATALOGUE[name];
  const folder = join(options.cacheDir, 'kernels', name);
  // Two engines of one kernel ask at the same time.
  const running = fetching.get(folder);
  if (running) return describe(name, folder, await running);

  const manifest = readOrFetch(row, folder, options);
  fetching.set(folder, manifest);
  try {
    return describe(name, folder, await manifest);
  } finally {
    fetching.delete(folder);
  }
}

const fetching = new Map<string, Promise<Manifest>>();

function describe(name: ImageName, folder: string, manifest: Manifest): KernelImage {
  return {
    name,
    arch: CATALOGUE[name].arch.uname,
    release: manifest.release,
    package: manifest.package,
    packageVersion: manifest.packageVersion,
    kernel: join(folder, manifest.kernel.name),
    config: join(folder, manifest.config.name),
    modules: manifest.modules.map((module) => join(folder, module.name)),
  };
}

async function readOrFetch(
  row: CatalogueRow,
  folder: string,
  options: EnsureImageOptions,
): Promise<Manifest> {
  options.signal.throwIfAborted();
  try {
    return await readImage(folder);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (error.code === 'damaged') {
      options.onEvent({ kind: 'preparing', what: `${error.message}; fetching it again` });
    }
  }
  try {
    return await fetchImage(row, folder, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw await asUnavailable(row.name, options.cacheDir, error);
  }
}

async function fetchImage(
  row: CatalogueRow,
  folder: string,
  options: EnsureImageOptions,
): Promise<Manifest> {
  if (process.arch !== row.arch.node) {
    throw new TargetUnavailableError(
      row.name,
      `its package is for ${row.arch.uname}, this machine is ${process.arch}`,
      'choose another target',
    );
  }
  const kernels = join(options.cacheDir, 'kernels');
  await mkdir(kernels, { recursive: true });
  await sweep(kernels);
  const work = await mkdtemp(join(kernels, `.fetch-${process.pid}-`));
  try {
    const { candidate, deb } = await fetchPackage(row, work, options);
    options.onEvent({ kind: 'preparing', what: `unpacking ${candidate.package}` });
    const folders = { tree: await mkdtemp(join(work, 'tree-')), into: join(work, 'image') };
    await unpackImage(row, candidate, deb, folders, options.signal);
    await install(folders.into, folder, work);
    return await readImage(folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes what processes left that were killed while they fetched. */
async function sweep(kernels: string): Promise<void> {
  for (const name of await readdir(kernels)) {
    const pid = /^\.fetch-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(kernels, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Where another process was faster its image is as good. A damaged one is moved away first, as a
 * folder can't be replaced in one step.
 */
async function install(image: string, folder: string, work: string): Promise<void> {
  const attemptsMax = 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(image, folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const occupied = code === 'ENOTEMPTY' || code === 'EEXIST';
      if (!occupied || attempt === attemptsMax) throw error;
    }
    try {
      await readImage(folder);
      return;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      await rename(folder, join(work, `damaged-${attempt}`)).catch(() => {});
    }
  }
}
