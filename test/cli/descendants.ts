import { readdirSync, readFileSync } from 'node:fs';

/** A process, told from another that gets the same number later. */
export interface Process {
  readonly pid: number;
  readonly name: string;
  /** In ticks since the machine booted; field 22 of /proc/PID/stat. */
  readonly started: string;
}

/** Children of a process, and theirs. */
export function descendants(pid: number): readonly Process[] {
  const all = processes();
  const below = (parent: number): readonly Process[] =>
    all
      .filter((process) => process.parent === parent)
      .flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** Those of them that still run. */
export const stillRunning = (before: readonly Process[]): readonly Process[] => {
  const now = processes().filter(({ state }) => state !== 'Z');
  return before.filter(({ pid, started }) =>
    now.some((process) => process.pid === pid && process.started === started),
  );
};

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat)!;
        const fields = rest.split(' ');
        const [state, parent, started] = [fields[0], Number(fields[1]), fields[19]];
        return [{ pid: Number(pid), name, state, parent, started }];
      } catch {
        return [];
      }
    });
}
