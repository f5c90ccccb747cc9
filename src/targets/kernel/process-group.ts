import { rm } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { consoleRing } from './console-ring.ts';
import type { Machine } from './framing.ts';

export interface GroupOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The working folder. It belongs to the group: it is removed when the group ends. */
  readonly folder: string;
  /** Set beside the environment that there is. */
  readonly env?: Readonly<Record<string, string>>;
  /** The only CPU that it may use, where `taskset` can be had. */
  readonly cpu?: number;
}

export interface ProcessGroup extends Machine {
  /** Also the group's id; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** A socket that the process has as its file descriptor 3. */
  readonly channel: Duplex;
}

/**
 * A second process in the group waits for the end of a pipe that Node holds: when Node dies, however
 * it dies, the folder is removed and the group killed. Otherwise a guest that is stuck in a loop
 * would go on for ever. Without `taskset` all works, only slower.
 */
const SCRIPT = `
cpu=$1 folder=$2; shift 2
exec 9<&0 </dev/null
{ read -r line; rm -rf -- "$folder"; kill -s KILL 0; } <&9 9<&- 3<&- &
ulimit -c 0
[ -z "$cpu" ] || taskset -cp "$cpu" $$ >/dev/null 2>&1
exec "$@" 9<&-
`;

/** How long the kernel may take to clear a killed group away. */
const CLEAR_AWAY_MS = 2000;

/**
 * Starts a process with all that it will fork in a process group of its own, so that nothing of it
 * stays behind: the helpers that UML forks outlive a SIGKILL of UML. What it writes on standard
 * output and standard error is its console.
 */
export function startGroup(options: GroupOptions): ProcessGroup {
  const { command, args, folder } = options;
  const child = execa(
    'sh',
    ['-c', SCRIPT, 'sh', `${options.cpu ?? ''}`, folder, command, ...args],
    {
      cwd: folder,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
    },
  );
  const ring = consoleRing();
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => ring.write(chunk));
  }
  // Its end is seen by 'exit'; a write that comes too late is no news.
  for (const stream of child.stdio) stream?.on('error', () => {});

  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal ? `was killed by ${signal}` : `ended with exit status ${code}`),
    );
  });

  // Every process of the group holds this pipe, so it ends when the last of them is gone. Asking for
  // the group itself would count zombies, which wait for init to reap them.
  const silence = new Promise((resolve) => child.stderr.once('close', resolve));
  const gone = Promise.all([ended, silence]);

  let closing: Promise<void> | undefined;
  return {
    pid: child.pid,
    channel: child.stdio[3] as unknown as Duplex,
    ended,
    console: ring.text,
    close: () => {
      closing ??= (async () => {
        if (child.pid !== undefined) {
          killGroup(child.pid);
          await Promise.race([gone, sleep(CLEAR_AWAY_MS, undefined, { ref: false })]);
        }
        for (const stream of child.stdio) stream?.destroy();
        await rm(folder, { recursive: true, force: true });
      })();
      return closing;
    },
  };
}

/** A group keeps its id as long as one of its processes is there, so no other is ever killed. */
function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch {
    // None of them is left.
  }
}
