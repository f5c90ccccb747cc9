import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ExecaError, execa } from 'execa';

/** Paths of modules, packed or not. */
export const MODULE_PATH = /\.ko(\.\w+)?$/;

const MODULE_MAX_BYTES = 16_000_000;

/** Why a module can't be read. The message begins with its path. */
export class ModuleError extends Error {
  readonly code = 'MODULE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModuleError';
  }
}

/** Programs that uncompress what a module's name ends with. */
const UNPACKERS: Readonly<Record<string, string>> = { xz: 'xz', zst: 'zstd' };

/** A module's content, uncompressed. Rejects with `ModuleError` where it can't be had. */
export async function readModule(path: string, signal: AbortSignal): Promise<Buffer> {
  if ((await stat(path)).size > MODULE_MAX_BYTES) throw tooLarge(path);
  const suffix = /\.ko\.(\w+)$/.exec(path)?.[1];
  const content = await unpack(path, suffix, signal);
  if (content.toString('latin1', 0, 4) !== '\x7fELF') {
    throw new ModuleError(`${path}: Expected a module (ELF), got another file`);
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
    if (program === undefined) throw new ModuleError(`${path}: Expected .ko, .gz, .xz or .zst`);
    const { stdout } = await execa(program, ['-dc', path], {
      encoding: 'buffer',
      maxBuffer: MODULE_MAX_BYTES,
      cancelSignal: signal,
    });
    return Buffer.from(stdout);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ModuleError) throw cause;
    if (cause instanceof ExecaError && cause.code === 'ENOENT') {
      throw new ModuleError(`${path}: ${UNPACKERS[suffix]} was not found; install it`, { cause });
    }
    if (cause instanceof ExecaError && cause.isMaxBuffer) throw tooLarge(path);
    throw new ModuleError(`${path}: can't be uncompressed`, { cause });
  }
}

const tooLarge = (path: string): ModuleError =>
  new ModuleError(`${path}: Expected at most ${MODULE_MAX_BYTES} bytes, got more`);
