import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';

/** What a process is told by its surroundings. The only place that reads the environment. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kernels and agents, per user; may be deleted at any time. */
  readonly cacheDir: string;
  /** The corpus that is used where `--corpus` names none. */
  readonly corpusFile: string;
  readonly stdinIsTerminal: boolean;
  /** Whether its terminal is this process's to read now: one in the background that does is stopped. */
  readonly isInForeground: () => boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stdoutColumns: number;
}

const STDIN = 0;
const WIDTH_WITHOUT_TERMINAL = 100;

/** XDG base directories, where they are absolute as their specification demands. */
export function readSurroundings(): Surroundings {
  const { env } = process;
  const dir = (variable: string, fallback: string): string => {
    const value = env[variable];
    return join(value?.startsWith('/') ? value : join(homedir(), fallback), 'bpfdiff');
  };
  return {
    env,
    cacheDir: dir('XDG_CACHE_HOME', '.cache'),
    corpusFile: join(dir('XDG_DATA_HOME', '.local/share'), 'corpus.db'),
    stdinIsTerminal: isatty(STDIN),
    isInForeground,
    stderrIsTerminal: process.stderr.isTTY === true,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stdoutColumns: process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL,
  };
}

/** By the process groups of itself and of its terminal (proc_pid_stat(5)). */
function isInForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // Behind the name, which may hold anything: state, parent, group, session, terminal, its group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
