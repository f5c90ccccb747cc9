import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogueRow } from './catalogue.ts';
import { fetchesFolder, fetchFolder, imageFolder, imagesFolder, lockFile } from './folders.ts';
import { tryLock, withLock } from './lock.ts';
import { type Manifest, manifestFiles, readManifest } from './manifest.ts';
import { asUnavailable } from './unavailable.ts';

/** All kernels of a cache together; the ones that were booted least recently go first. */
export const CACHE_MAX_BYTES = 2_000_000_000;

/** A kernel of the cache, as its manifest says; its files were not checked. */
export interface CachedKernel {
  readonly name: string;
  readonly manifest: Manifest;
  readonly sizeBytes: number;
  /** When it was put into the cache, and when it was booted last. */
  readonly addedMs: number;
  readonly bootedMs: number | undefined;
  /** Processes that run it now. */
  readonly usedBy: readonly number[];
}

/** The kernels of a cache, by name; ones with a damaged manifest are left out. */
export async function cachedKernels(cacheDir: string): Promise<readonly CachedKernel[]> {
  const names = await readdir(imagesFolder(cacheDir)).catch(() => []);
  const kernels = await Promise.all(
    names.toSorted().map(async (name) => describe(name, imageFolder(cacheDir, name))),
  );
  return kernels.filter((kernel) => kernel !== undefined);
}

async function describe(name: string, folder: string): Promise<CachedKernel | undefined> {
  try {
    const manifest = await readManifest(folder);
    return {
      name,
      manifest,
      sizeBytes: manifestFiles(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      addedMs: (await stat(join(folder, manifest.kernel.name))).ctimeMs,
      bootedMs: (await stat(join(folder, BOOTED)).catch(() => undefined))?.mtimeMs,
      usedBy: await usersOf(folder),
    };
  } catch {
    return undefined;
  }
}

/** Whether a process runs a kernel of a cache now. */
export const isInUse = async (cacheDir: string, name: string): Promise<boolean> =>
  (await usersOf(imageFolder(cacheDir, name))).length > 0;

async function usersOf(folder: string): Promise<readonly number[]> {
  const marks = await readdir(folder).catch(() => []);
  return marks.flatMap((mark) => {
    const pid = Number(USED_BY.exec(mark)?.[1] ?? Number.NaN);
    return isAlive(pid) ? [pid] : [];
  });
}

const BOOTED = 'booted';
const USED_BY = /^used-by-(\d+)$/;

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Notes that this process boots a kernel, and resolves with what ends the use. A cache that can't be
 * written needs no notes: nothing is removed from it either.
 */
export async function markUsed(cacheDir: string, name: string): Promise<() => Promise<void>> {
  const folder = imageFolder(cacheDir, name);
  const mark = join(folder, `used-by-${process.pid}`);
  try {
    await writeFile(mark, '');
    await writeFile(join(folder, BOOTED), '');
    await sweepMarks(folder);
  } catch {
    // See above.
  }
  return () => rm(mark, { force: true }).catch(() => {});
}

/**
 * Where the answers of one engine of a kernel to probes are kept: beside its image, and thrown away
 * with it. `image` says all that was installed, by hashes. Undefined where that can't be read.
 */
export async function probesFile(
  cacheDir: string,
  name: string,
  engine: string,
): Promise<{ readonly path: string; readonly image: string } | undefined> {
  const folder = imageFolder(cacheDir, name);
  const manifest = await readManifest(folder).catch(() => undefined);
  if (manifest === undefined) return undefined;
  return { path: join(folder, `probes-${engine}`), image: JSON.stringify(manifest) };
}

/** Removes the marks of processes that were killed. */
async function sweepMarks(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = USED_BY.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/**
 * Removes a kernel, and what is left of fetching it. Waits for a process that is fetching it. Rejects
 * with `TargetUnavailableError` where the cache can't be written.
 */
export async function removeKernel(
  cacheDir: string,
  name: string,
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<void> {
  try {
    await withLock(lockFile(cacheDir, name), options, async () => {
      await rm(fetchFolder(cacheDir, name), { recursive: true, force: true });
      await rm(imageFolder(cacheDir, name), { recursive: true, force: true });
    });
  } catch (error) {
    options.signal.throwIfAborted();
    throw await asUnavailable(name, cacheDir, error);
  }
}

/**
 * Removes kernels until a cache is within its limit: first what is left of fetching, then the kernels
 * that were booted least recently. Never `keep`, never one in use, never the user's own. Resolves with
 * those that were removed.
 */
export async function makeRoom(
  cacheDir: string,
  keep: string,
  signal: AbortSignal,
  maxBytes: number,
): Promise<readonly CachedKernel[]> {
  const kernels = await cachedKernels(cacheDir);
  let total = kernels.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total <= maxBytes) return [];
  await removeFetches(cacheDir, signal);
  const removable = kernels
    .filter(({ name, usedBy }) => name !== keep && usedBy.length === 0 && catalogueRow(name))
    .toSorted((a, b) => lastUseMs(a) - lastUseMs(b));
  const removed: CachedKernel[] = [];
  for (const kernel of removable) {
    if (total <= maxBytes) break;
    // One that another process is fetching anew stays.
    const lock = await tryLock(lockFile(cacheDir, kernel.name), signal);
    if (lock === undefined) continue;
    await rm(imageFolder(cacheDir, kernel.name), { recursive: true, force: true });
    await lock.release();
    total -= kernel.sizeBytes;
    removed.push(kernel);
  }
  return removed;
}

const lastUseMs = ({ addedMs, bootedMs }: CachedKernel): number => bootedMs ?? addedMs;

async function removeFetches(cacheDir: string, signal: AbortSignal): Promise<void> {
  const names = await readdir(fetchesFolder(cacheDir)).catch(() => []);
  for (const name of names.filter((entry) => !entry.endsWith('.lock'))) {
    const lock = await tryLock(lockFile(cacheDir, name), signal);
    if (lock === undefined) continue;
    await rm(fetchFolder(cacheDir, name), { recursive: true, force: true });
    await lock.release();
  }
}
