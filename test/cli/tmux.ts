import { join } from 'node:path';
import { execa } from 'execa';
import { vi } from 'vitest';
import { MAIN, newFolder } from './command.ts';

/** A shell in a terminal that is really one, and what a person sees of it. */
export interface TmuxTerminal {
  /** Types what tmux calls keys, such as `Enter` or `C-c`. */
  press(...keys: readonly string[]): Promise<void>;
  /** Types a command line that runs bpfdiff with these words behind it, and Enter. */
  bpfdiff(args: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** The lines that are shown, without trailing space. */
  shown(): Promise<readonly string[]>;
  /** What is shown as soon as a line of it matches. */
  shows(line: RegExp): Promise<readonly string[]>;
  /** As `shown`, with the control sequences of colours. */
  coloured(): Promise<string>;
  cursor(): Promise<'shown' | 'hidden'>;
  shellPid(): Promise<number>;
  close(): Promise<void>;
}

/** How long anything may take on a machine that is busy. */
const WAIT_MS = 60_000;

/** Whether tmux is here. */
export const hasTmux = async (): Promise<boolean> =>
  (await execa('tmux', ['-V'], { reject: false })).exitCode === 0;

/** A terminal of that size, on a server of its own. `env` is all that the shell knows beside `PATH` and `HOME`. */
export async function tmuxTerminal(
  columns: number,
  rows: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TmuxTerminal> {
  const { PATH = '', HOME = '', XDG_CACHE_HOME } = process.env;
  const own = { PATH, HOME, LANG: 'C.UTF-8', PS1: '$ ', ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }) };
  const socket = join(await newFolder(), 'tmux');
  const tmux = (...args: readonly string[]) =>
    execa('tmux', ['-u', '-f', '/dev/null', '-S', socket, ...args], {
      env: { ...own, TERM: 'xterm-256color', ...env },
      extendEnv: false,
      stripFinalNewline: false,
    });
  const press = async (...keys: readonly string[]): Promise<void> => {
    await tmux('send-keys', ...keys);
  };
  const shown = async (): Promise<readonly string[]> =>
    (await tmux('capture-pane', '-p')).stdout.split('\n').map((line) => line.trimEnd());

  const asked = async (variable: string): Promise<number> =>
    Number((await tmux('display-message', '-p', `#{${variable}}`)).stdout);

  await tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, 'sh');
  return {
    press,
    shown,
    bpfdiff: (args) => press(`'${process.execPath}' '${MAIN}' ${args}`, 'Enter'),
    async resize(newColumns, newRows) {
      await tmux('resize-window', '-x', `${newColumns}`, '-y', `${newRows}`);
    },
    shows: (line) =>
      vi.waitFor(
        async () => {
          const lines = await shown();
          if (lines.some((each) => line.test(each))) return lines;
          throw new Error(`Expected a line like ${line}, found:\n${lines.join('\n')}`);
        },
        { timeout: WAIT_MS, interval: 100 },
      ),
    coloured: async () => (await tmux('capture-pane', '-pe')).stdout,
    cursor: async () => ((await asked('cursor_flag')) === 1 ? 'shown' : 'hidden'),
    shellPid: () => asked('pane_pid'),
    async close() {
      await tmux('kill-server');
    },
  };
}
