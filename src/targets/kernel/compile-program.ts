import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { TargetUnavailableError } from '../target.ts';
import { type Arch, compilerFor } from './arch.ts';
import { findProgram } from './find-program.ts';

/** A C program that its compiler refuses, or warns of. `code` is stable. */
export class CompileError extends Error {
  readonly code = 'COMPILE';

  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'CompileError';
  }
}

export interface CompileProgramOptions {
  /** Whom it is for, for messages. */
  readonly target: string;
  /** Whose machine it is to run on; without it, this one's. */
  readonly arch?: Arch;
  /** Headers, by the name by which they are included. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const FLAGS = ['-O2', '-static', '-Wall', '-Wextra', '-Werror', '-I.'];
const COMPILE_TIMEOUT_MS = 60_000;

/**
 * Compiles one C file, warnings being errors, and resolves with the executable, which is linked
 * statically. Rejects with `CompileError`, and with `TargetUnavailableError` where there is no compiler.
 */
export async function compileProgram(
  source: string,
  { target, arch, headers = {}, signal }: CompileProgramOptions,
): Promise<Uint8Array> {
  const { command, install } = compilerFor(arch);
  if ((await findProgram(command)) === undefined) {
    throw new TargetUnavailableError(target, `${command} was not found`, install);
  }
  const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-'));
  try {
    for (const [path, text] of Object.entries({ ...headers, 'repro.c': source })) {
      await writeFile(join(folder, path), text);
    }
    await execa(command, [...FLAGS, '-o', 'repro', 'repro.c'], {
      cwd: folder,
      cancelSignal: signal,
      timeout: COMPILE_TIMEOUT_MS,
      env: { LC_ALL: 'C' },
    });
    return await readFile(join(folder, 'repro'));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    const complaint = `${error.stderr ?? ''}`.trim() || error.shortMessage;
    throw new CompileError(`${command} does not compile it: ${complaint}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
