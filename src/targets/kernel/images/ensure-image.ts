import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TargetEvent, TargetUnavailableError } from '../../target.ts';
import { ARCHES, type Arch } from '../arch.ts';
import { CACHE_MAX_BYTES, isInUse, makeRoom } from './cache.ts';
import { type CatalogueRow, catalogueRow } from './catalogue.ts';
import { fetchPackage } from './fetch-package.ts';
import { fetchFolder, imageFolder, imagesFolder, lockFile } from './folders.ts';
import { installImage } from './install.ts';
import { withLock } from './lock.ts';
import { ImageError, type Manifest, readImage } from './manifest.ts';
import { asUnavailable } from './unavailable.ts';
import { unpackImage } from './unpack.ts';

/** A kernel that is there and was checked just now. Paths are absolute if `cacheDir` is. */
export interface KernelImage {
  readonly name: string;
  readonly arch: Arch;
  /** `uname -r`, as far as it is known before it boots. */
  readonly release: string;
  /** Suite, package and version, or the path of the user's own image. */
  readonly from: string;
  readonly kernel: string;
  /** The user's own need not have one. */
  readonly config: string | undefined;
  /** In the order in which they are to be loaded. */
  readonly modules: readonly string[];
}

/** What `ensureImage` works with. */
export interface EnsureImageOptions {
  /** The user's cache of bpfdiff; images lie below `kernels/`, what is being fetched below
   * `fetching/`. */
  readonly cacheDir: string;
  /** Hears `preparing` events while something is fetched. */
  readonly onEvent: (event: TargetEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives the kernel of a name out of the cache, or fetches its packages by the system's apt, without
 * root. It is checked each time (length, SHA-256, format), and what is damaged is fetched anew, as is an
 * image that lacks what the catalogue wants since: it serves on where that fails, or while it is in use.
 * Any number of processes may do so at once; a cache that is complete may be read-only. Rejects with
 * `TargetUnavailableError` where it can't be had, and with the signal's reason where that says stop;
 * what was downloaded until then is kept for the next try.
 */
export async function ensureImage(name: string, options: EnsureImageOptions): Promise<KernelImage> {
  const folder = imageFolder(options.cacheDir, name);
  // Two engines of one kernel ask at the same time.
  const running = fetching.get(folder);
  if (running) return describe(name, folder, await running);

  const manifest = readOrFetch(name, folder, options);
  fetching.set(folder, manifest);
  try {
    return describe(name, folder, await manifest);
  } finally {
    fetching.delete(folder);
  }
}

const fetching = new Map<string, Promise<Manifest>>();

function describe(name: string, folder: string, manifest: Manifest): KernelImage {
  return {
    name,
    arch: manifest.arch,
    release: manifest.release,
    from: describeOrigin(manifest.origin),
    kernel: join(folder, manifest.kernel.name),
    config: manifest.config && join(folder, manifest.config.name),
    modules: manifest.modules.map((module) => join(folder, module.name)),
  };
}

/** Suite, package and version, or the path that a user's own image was copied from. */
export const describeOrigin = (origin: Manifest['origin']): string =>
  origin.kind === 'user' ? origin.path : `${origin.suite}: ${origin.package} ${origin.version}`;

async function readOrFetch(
  name: string,
  folder: string,
  options: EnsureImageOptions,
): Promise<Manifest> {
  options.signal.throwIfAborted();
  const row = catalogueRow(name);
  let older: Manifest | undefined;
  try {
    const image = await readImage(folder);
    if (row === undefined || isWhole(row, image)) return image;
    if (await isInUse(options.cacheDir, name)) return image;
    older = image;
    const what = `${folder} is of an older bpfdiff, which took less out of packages; fetching it again`;
    options.onEvent({ kind: 'preparing', what });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (row === undefined) throw ownIsLost(name, error);
    if (error.code === 'damaged') {
      options.onEvent({ kind: 'preparing', what: `${error.message}; fetching it again` });
    }
  }
  try {
    return await fetchImage(row, folder, options);
  } catch (error) {
    options.signal.throwIfAborted();
    const unavailable = await asUnavailable(row.name, options.cacheDir, error);
    if (older === undefined) throw unavailable;
    options.onEvent({
      kind: 'preparing',
      what: `${unavailable.message}; going on with the old one`,
    });
    return older;
  }
}

/** Whether all was taken out of the packages that the catalogue wants. */
const isWhole = ({ layout }: CatalogueRow, { origin }: Manifest): boolean =>
  origin.kind === 'user' || origin.layout >= layout.version;

function ownIsLost(name: string, cause: ImageError): TargetUnavailableError {
  const remedy = `bpfdiff kernels add --image FILE --name ${name}`;
  return new TargetUnavailableError(name, cause.message, remedy, { cause });
}

async function fetchImage(
  row: CatalogueRow,
  folder: string,
  options: EnsureImageOptions,
): Promise<Manifest> {
  await checkSystem(row);
  const { cacheDir, onEvent, signal } = options;
  await mkdir(imagesFolder(cacheDir), { recursive: true });
  const onWait = () =>
    onEvent({ kind: 'preparing', what: 'waiting for another bpfdiff that fetches it' });
  return withLock(lockFile(cacheDir, row.name), { signal, onWait }, async () => {
    // The other one may have been successful.
    const image = await readImage(folder).catch(() => undefined);
    if (image && isWhole(row, image)) return image;
    const work = fetchFolder(cacheDir, row.name);
    await mkdir(work, { recursive: true });
    const fetched = await fetchPackage(row, work, options);
    onEvent({ kind: 'preparing', what: `unpacking ${fetched.candidate.package}` });
    const scratch = await mkdtemp(join(work, 'unpack-'));
    try {
      const folders = { tree: join(scratch, 'tree'), into: join(scratch, 'image') };
      await mkdir(folders.tree);
      await unpackImage(row, fetched, folders, signal);
      await installImage(folders.into, folder, scratch, (manifest) => isWhole(row, manifest));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await rm(work, { recursive: true, force: true });
    for (const removed of await makeRoom(cacheDir, row.name, signal, CACHE_MAX_BYTES)) {
      const what = `removed ${removed.name} from the cache, which is limited to 2 GB`;
      onEvent({ kind: 'preparing', what });
    }
    return readImage(folder);
  });
}

/** Rejects with `TargetUnavailableError` where this system can't have a kernel of the catalogue. */
export async function checkSystem({ name, arch, boots, system }: CatalogueRow): Promise<void> {
  if (boots === 'uml' && process.arch !== ARCHES[arch].node) {
    throw new TargetUnavailableError(
      name,
      `it runs on ${arch} only, this machine is ${process.arch}`,
      'choose another target',
    );
  }
  if (system !== undefined && system !== (await systemId())) {
    const remedy = 'choose a kernel of Debian, which can be had elsewhere too';
    throw new TargetUnavailableError(name, `it can be had on ${system} only`, remedy);
  }
}

/** `ID` of os-release(5). */
async function systemId(): Promise<string | undefined> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID="?([\w.-]+)"?$/m.exec(text)?.[1];
}
