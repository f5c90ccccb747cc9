import { getSystemErrorName } from 'node:util';
import type { TargetSummary } from '../campaign/events.ts';
import type { TargetInfo } from '../targets/target.ts';
import { printable } from './printable.ts';

/** An errno as a person knows it: `EINVAL (22)`; `0` for none. */
export function errnoText(errno: number): string {
  if (errno === 0) return '0';
  if (errno === ENOTSUPP) return `ENOTSUPP (${errno})`;
  const name = errno <= ERRNO_MAX ? getSystemErrorName(-errno) : '';
  return /^E[A-Z0-9]+$/.test(name) ? `${name} (${errno})` : `${errno}`;
}

/** The kernel's own, which user space has no name for (include/linux/errno.h, 6.1). */
const ENOTSUPP = 524;
/** The last that a system call can return (MAX_ERRNO, include/linux/err.h, 6.1). */
const ERRNO_MAX = 4095;

/** What exactly ran, in one line: `6.1.176, x86_64, interp`. */
export const infoText = ({ kernel, engine, linux }: Omit<TargetInfo, 'build'>): string =>
  identityText({ kernel, engine, arch: linux.arch });

/** The same of what a summary says of a target. */
export const identityText = ({
  kernel,
  arch,
  engine,
}: Pick<TargetSummary, 'kernel' | 'arch' | 'engine'>): string =>
  printable(`${kernel}, ${arch}, ${engine}`);

/** Whether a target is an emulator: a campaign has one for each different Linux among its kernels. */
export const isEmulator = ({ engine }: Pick<TargetInfo, 'engine'>): boolean =>
  engine === 'emulator';

/** Several emulators in one line, by the releases that they were told to be. */
export function emulatorsText(releases: readonly string[]): string {
  const sorted = [...new Set(releases)].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return printable(`told to be ${sorted.join(', ')}`);
}
