import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The program. */
export const MAIN = join(import.meta.dirname, '../../dist/src/cli/main.js');

/** A folder with a space in its path, as a person may have. */
export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'bpfdiff test '));

/** Runs bpfdiff as a person would, without a terminal; `env` on top of this process's own. */
export const bpfdiff = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [MAIN, ...args], { reject: false, stdin: 'ignore', env });

/** The objects of an NDJSON text. */
export const ndjson = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
