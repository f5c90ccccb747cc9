import { statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ExecaError } from 'execa';
import { TargetUnavailableError } from '../../target.ts';
import { ImageError } from './manifest.ts';

/** Less than this and a tool that failed has probably failed of it. */
const FULL_BYTES = 1_000_000;

/** Where these fail, the packages are not as they were. */
const UNPACKERS: ReadonlySet<string> = new Set(['dpkg-deb', 'tar']);
const BUG = 'report this as a bug';

/** Of making folders and files in a cache that belongs to others, or is none. */
const CANT_WRITE: ReadonlySet<string> = new Set([
  'EACCES',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

/** Says in one line what an error of fetching means, and what to do. */
export async function asUnavailable(
  target: string,
  cacheDir: string,
  cause: unknown,
): Promise<TargetUnavailableError> {
  if (cause instanceof TargetUnavailableError) return cause;
  const unavailable = (problem: string, remedy: string) =>
    new TargetUnavailableError(target, problem, remedy, { cause });

  const { code, message } = cause as NodeJS.ErrnoException;
  if (cause instanceof ExecaError && code === 'ENOENT') {
    return unavailable(
      `${cause.command.split(' ')[0]} was not found`,
      "kernels come from Debian's packages: install apt, dpkg, tar and util-linux, or choose another target",
    );
  }
  const free = await freeBytes(cacheDir);
  if (code === 'ENOSPC' || code === 'EDQUOT' || (free !== undefined && free < FULL_BYTES)) {
    return unavailable(`no space is left in ${cacheDir}`, `free some space in ${cacheDir}`);
  }
  if (code !== undefined && CANT_WRITE.has(code)) {
    return unavailable(`${cacheDir} can't be written`, `make ${cacheDir} a folder of this user`);
  }
  if (cause instanceof ExecaError) {
    const why = cause.timedOut ? 'it took too long' : complaint(String(cause.stderr));
    const command = basename(cause.command.split(' ')[0] ?? '');
    const remedy = UNPACKERS.has(command) ? BUG : "check that apt's sources can be reached";
    return unavailable(`${command} failed: ${why}`, remedy);
  }
  if (cause instanceof ImageError) {
    return unavailable(`its package is not as expected: ${message}`, BUG);
  }
  return unavailable(`its package could not be unpacked: ${message}`, BUG);
}

/** Rejects with `TargetUnavailableError` where a folder has not that much space. */
export async function needSpace(target: string, folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free === undefined || free >= bytes) return;
  const [need, have] = [bytes, free].map((count) => Math.ceil(count / 1e6));
  throw new TargetUnavailableError(
    target,
    `fetching it needs ${need} MB, ${have} MB are free in ${dirname(folder)}`,
    `free some space in ${dirname(folder)}`,
  );
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/**
 * The line that tells why a tool failed: apt begins these with E:, or W: Failed to fetch; tar's last
 * line says only that there was one before.
 */
export function complaint(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => !NOISE.test(line));
  return lines.find((line) => /^(E:|W: Failed)/.test(line)) ?? lines.at(-1) ?? '';
}

/** apt as root works in folders that its own user can't enter; tar repeats itself. */
const NOISE = /^W: Download is performed unsandboxed|^tar: Exiting with failure status/;
