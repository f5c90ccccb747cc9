import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder with a space in its name, gone when the test has ended. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bpfdiff corpus '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file system of its own. */
export interface Disk {
  readonly folder: string;
  makeReadOnly(): void;
}

/** A small disk in memory, gone when the test has ended; undefined where only root may mount one. */
export function smallDisk(sizeBytes: number): Disk | undefined {
  const folder = join(scratchFolder(), 'small disk');
  mkdirSync(folder);
  const mount = (...args: readonly string[]): void => {
    execFileSync('mount', args, { stdio: 'ignore' });
  };
  try {
    mount('-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'bpfdiff-test', folder);
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  return { folder, makeReadOnly: () => mount('-o', 'remount,ro', folder) };
}
