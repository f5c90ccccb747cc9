import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';

/** A lock that this process holds. It ends with the process, however that ends. */
export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called where another process holds the lock. */
  readonly onWait: () => void;
}

/** Runs `use` while no other process holds the lock of a file. */
export async function withLock<T>(
  file: string,
  { signal, onWait }: LockOptions,
  use: () => Promise<T>,
): Promise<T> {
  let lock = await tryLock(file, signal);
  if (lock === undefined) {
    onWait();
    lock = await hold(file, [], signal);
  }
  try {
    return await use();
  } finally {
    await lock?.release();
  }
}

/** Resolves with undefined where another process holds the lock. */
export async function tryLock(file: string, signal: AbortSignal): Promise<Lock | undefined> {
  await mkdir(dirname(file), { recursive: true });
  // flock's own complaint about a file that can't be written has no code.
  await (await open(file, 'a')).close();
  return hold(file, ['--nonblock'], signal);
}

/** So that it is not taken for a failure of flock itself. */
const HELD_BY_ANOTHER = 111;

/** flock(1) holds it for a `cat` that reads from us. */
async function hold(
  file: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<Lock | undefined> {
  const conflict = ['--conflict-exit-code', String(HELD_BY_ANOTHER)];
  const holder = execa('flock', [...flags, ...conflict, file, 'sh', '-c', 'echo held; exec cat'], {
    cancelSignal: signal,
    stdin: 'pipe',
  });
  const ended = holder.then(
    () => undefined,
    (error) => error as { readonly exitCode?: number },
  );
  const error = await Promise.race([once(holder.stdout, 'data').then(() => undefined), ended]);
  signal.throwIfAborted();
  if (error?.exitCode === HELD_BY_ANOTHER) return undefined;
  if (error !== undefined) throw error;
  return {
    release: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
