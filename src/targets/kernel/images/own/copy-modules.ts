import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ExecaError, execa } from 'execa';
import { WANTED_MODULES } from '../catalogue.ts';
import { loadOrder, modinfo, moduleName } from '../modules.ts';
import { OwnImageError } from './own-image-error.ts';

const MODULE_MAX_BYTES = 16_000_000;

/**
 * Copies the modules that virtio-serial needs out of a folder, uncompressed. Resolves with their names,
 * in the order in which they are to be loaded. Rejects with `OwnImageError` where one is missing, can't
 * be read, or is for another release.
 */
export async function copyModules(
  folder: string,
  into: string,
  release: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths = await readdir(folder, { recursive: true }).catch((cause) => {
    throw new OwnImageError(`${folder}: can't be read (${cause.code})`, { cause });
  });
  const files = new Map(
    paths
      .filter((path) => /\.ko(\.\w+)?$/.test(path))
      .map((path) => [moduleName(path), join(folder, path)]),
  );
  const list = paths.find((path) => basename(path) === 'modules.builtin');
  const builtin = list === undefined ? undefined : await readFile(join(folder, list), 'utf8');
  // Where nothing says what is built in, what is not there has to be.
  const wanted = WANTED_MODULES.filter((name) => builtin !== undefined || files.has(name));
  const read = async (name: string) => {
    const path = files.get(name);
    if (path === undefined) return undefined;
    const content = await readModule(path, signal);
    checkRelease(path, content, release);
    return content;
  };
  const builtinNames = new Set(builtin?.trim().split('\n').map(moduleName));
  const modules = await loadOrder(wanted, read, builtinNames).catch((cause) => {
    if (cause instanceof OwnImageError) throw cause;
    throw new OwnImageError(`${folder}: ${cause.message}`, { cause });
  });
  for (const { name, content } of modules) await writeFile(join(into, `${name}.ko`), content);
  return modules.map(({ name }) => `${name}.ko`);
}

/** Programs that uncompress what a module's name ends with. */
const UNPACKERS: Readonly<Record<string, string>> = { xz: 'xz', zst: 'zstd' };

async function readModule(path: string, signal: AbortSignal): Promise<Buffer> {
  if ((await stat(path)).size > MODULE_MAX_BYTES) throw tooLarge(path);
  const suffix = /\.ko\.(\w+)$/.exec(path)?.[1];
  const content = await unpack(path, suffix, signal);
  if (content.toString('latin1', 0, 4) !== '\x7fELF') {
    throw new OwnImageError(`${path}: Expected a module (ELF), got another file`);
  }
  return content;
}

async function unpack(
  path: string,
  suffix: string | undefined,
  signal: AbortSignal,
): Promise<Buffer> {
  if (suffix === undefined) return readFile(path);
  try {
    if (suffix === 'gz') {
      return gunzipSync(await readFile(path), { maxOutputLength: MODULE_MAX_BYTES });
    }
    const program = UNPACKERS[suffix];
    if (program === undefined) throw new OwnImageError(`${path}: Expected .ko, .gz, .xz or .zst`);
    const { stdout } = await execa(program, ['-dc', path], {
      encoding: 'buffer',
      maxBuffer: MODULE_MAX_BYTES,
      cancelSignal: signal,
    });
    return Buffer.from(stdout);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof OwnImageError) throw cause;
    if (cause instanceof ExecaError && cause.code === 'ENOENT') {
      throw new OwnImageError(`${path}: ${UNPACKERS[suffix]} was not found; install it`, { cause });
    }
    if (cause instanceof ExecaError && cause.isMaxBuffer) throw tooLarge(path);
    throw new OwnImageError(`${path}: can't be uncompressed`, { cause });
  }
}

const tooLarge = (path: string): OwnImageError =>
  new OwnImageError(`${path}: Expected at most ${MODULE_MAX_BYTES} bytes, got more`);

/** The first word of `vermagic` is the release; the kernel refuses modules of another one. */
function checkRelease(path: string, module: Buffer, release: string | undefined): void {
  const found = modinfo(module, 'vermagic')?.split(' ')[0];
  if (release === undefined || found === undefined || found === release) return;
  throw new OwnImageError(`${path}: Expected a module of ${release}, got one of ${found}`);
}
