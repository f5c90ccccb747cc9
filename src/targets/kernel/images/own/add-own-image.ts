import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Arch } from '../../arch.ts';
import { CACHE_MAX_BYTES, cachedKernels } from '../cache.ts';
import { catalogueRow } from '../catalogue.ts';
import { fetchFolder, imageFolder, imagesFolder, lockFile } from '../folders.ts';
import { detectFormat, KNOWN_FORMATS } from '../image-format.ts';
import { withLock } from '../lock.ts';
import { FILE_MAX_BYTES } from '../manifest.ts';
import { asUnavailable } from '../unavailable.ts';
import { writeManifest } from '../unpack.ts';
import { checkConfig } from './check-config.ts';
import { copyModules } from './copy-modules.ts';
import { findRelease } from './find-release.ts';
import { OwnImageError } from './own-image-error.ts';

/** A kernel that a user has built. Paths are absolute. */
export interface OwnImageOptions {
  readonly cacheDir: string;
  readonly name: string;
  /** bzImage, Image or vmlinux; may be compressed with gzip. */
  readonly image: string;
  /** Told by the image itself; where it is given, the image has to be for it. */
  readonly arch: Arch | undefined;
  /** A folder such as lib/modules/RELEASE, or any that holds it. */
  readonly modules: string | undefined;
  readonly config: string | undefined;
  readonly signal: AbortSignal;
}

/** A folder's name, and a part of a target's. */
const OWN_NAME = /^[a-z][a-z0-9_.-]{0,31}$/;
const RESERVED: ReadonlySet<string> = new Set(['emulator', 'host']);

/**
 * Copies a user's own kernel into the cache, where its name makes it a target; one of the same name is
 * replaced. Rejects with `OwnImageError`, which says what is wrong with what the user gave, and with
 * `TargetUnavailableError` where the cache can't hold it.
 */
export async function addOwnImage(options: OwnImageOptions): Promise<void> {
  const { cacheDir, name, signal } = options;
  checkName(name);
  await checkFile(options.image, 'the image');
  try {
    await mkdir(imagesFolder(cacheDir), { recursive: true });
    const lock = { signal, onWait: () => {} };
    await withLock(lockFile(cacheDir, name), lock, () => replaceImage(options));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof OwnImageError ? error : await asUnavailable(name, cacheDir, error);
  }
}

async function replaceImage(options: OwnImageOptions): Promise<void> {
  const { cacheDir, name } = options;
  await checkUnused(cacheDir, name);
  const work = fetchFolder(cacheDir, name);
  await rm(work, { recursive: true, force: true });
  const into = join(work, 'image');
  await mkdir(into, { recursive: true });
  try {
    await checkRoom(options, await gather(options, into));
    await rename(imageFolder(cacheDir, name), join(work, 'replaced')).catch(() => {});
    await rename(into, imageFolder(cacheDir, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function checkName(name: string): void {
  if (!OWN_NAME.test(name)) {
    throw new OwnImageError(`Expected a name such as mine-6.9, in small letters, got "${name}"`);
  }
  if (catalogueRow(name) !== undefined || RESERVED.has(name)) {
    throw new OwnImageError(`${name} is the name of another target; choose one of your own`);
  }
}

/** A VM that has to be started anew would boot another kernel than the one before. */
async function checkUnused(cacheDir: string, name: string): Promise<void> {
  const [pid] = (await cachedKernels(cacheDir)).find((each) => each.name === name)?.usedBy ?? [];
  if (pid === undefined) return;
  throw new OwnImageError(`${name} is in use by process ${pid}; end that first`);
}

/** Puts all of a kernel into a folder. Resolves with the size of the image. */
async function gather(options: OwnImageOptions, into: string): Promise<number> {
  const { image, config, modules, signal } = options;
  const kernel = join(into, 'kernel');
  await copyUncompressed(image, kernel, FILE_MAX_BYTES);
  const arch = await checkArch(image, kernel, options.arch);
  if (config !== undefined) {
    await checkFile(config, 'the configuration');
    await copyUncompressed(config, join(into, 'config'), CONFIG_MAX_BYTES);
    await checkConfig(config, join(into, 'config'), { hasModules: modules !== undefined });
  }
  const release = await findRelease(kernel);
  // Only s390x hides it.
  if (release === undefined && arch !== 's390x') {
    throw new OwnImageError(`${image}: Expected a Linux kernel, got no "Linux version" in it`);
  }
  const loaded = modules === undefined ? [] : await copyModules(modules, into, release, signal);
  await writeManifest(into, {
    origin: { kind: 'user', path: image },
    arch,
    release: release ?? UNKNOWN_RELEASE,
    modules: loaded,
  });
  return (await stat(kernel)).size;
}

const CONFIG_MAX_BYTES = 4_000_000;
const UNKNOWN_RELEASE = 'unknown';

async function checkArch(image: string, kernel: string, wanted: Arch | undefined): Promise<Arch> {
  const format = await detectFormat(kernel);
  if (format === undefined) {
    throw new OwnImageError(`${image}: Expected one of ${KNOWN_FORMATS}, got another file`);
  }
  if (wanted !== undefined && wanted !== format.arch) {
    throw new OwnImageError(
      `${image}: Expected an image for ${wanted}, got one for ${format.arch}`,
    );
  }
  // QEMU boots it only with CONFIG_PVH, and a UML kernel looks the same.
  if (format.name === 'ELF' && format.arch === 'x86_64') {
    throw new OwnImageError(`${image}: Expected a bzImage, got ELF; see arch/x86/boot/bzImage`);
  }
  return format.arch;
}

async function checkRoom({ cacheDir, name }: OwnImageOptions, sizeBytes: number): Promise<void> {
  const own = (await cachedKernels(cacheDir)).filter(
    (kernel) => kernel.manifest.origin.kind === 'user' && kernel.name !== name,
  );
  const total = own.reduce((sum, kernel) => sum + kernel.sizeBytes, sizeBytes);
  if (total <= CACHE_MAX_BYTES) return;
  const limit = CACHE_MAX_BYTES / 1e9;
  throw new OwnImageError(
    `Your own kernels would take more than ${limit} GB; remove one with bpfdiff kernels rm`,
  );
}

async function checkFile(path: string, what: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new OwnImageError(`${path}: ${what} can't be read (${cause.code})`, { cause });
  });
  if (!found.isFile()) throw new OwnImageError(`${path}: Expected ${what} to be a file`);
}

/** gzip begins so (RFC 1952). */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** However small a compressed file is, what comes out of it can be as large as it likes. */
async function copyUncompressed(from: string, to: string, maxBytes: number): Promise<void> {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) return done(null, chunk);
      done(new OwnImageError(`${from}: Expected at most ${maxBytes} bytes, got more`));
    },
  });
  const unpack = (await startsWith(from, GZIP)) ? [createGunzip()] : [];
  try {
    await pipeline([createReadStream(from), ...unpack, limit, createWriteStream(to)]);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw cause;
    throw new OwnImageError(`${from}: can't be uncompressed: ${message}`, { cause });
  }
}

async function startsWith(path: string, bytes: Buffer): Promise<boolean> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new OwnImageError(`${path}: can't be read (${cause.code})`, { cause });
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(bytes.length), 0, bytes.length, 0);
    return buffer.equals(bytes);
  } finally {
    await file.close();
  }
}
