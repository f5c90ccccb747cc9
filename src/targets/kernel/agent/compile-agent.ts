import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { TargetUnavailableError } from '../../target.ts';
import { type Arch, type Compiler, compilerFor } from '../arch.ts';
import { findProgram } from '../find-program.ts';
import { asUnavailable } from '../images/unavailable.ts';

export interface CompileAgentOptions {
  /** Whom it is for, for messages. */
  readonly target: string;
  /** Whose machine it is to run on; without it, this one's. */
  readonly arch?: Arch;
  /** The user's cache of bpfdiff; agents lie below `agents/`. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

const FLAGS = ['-std=gnu11', '-O2', '-static', '-Wall', '-Wextra', '-Werror'];
const COMPILE_TIMEOUT_MS = 60_000;
/** Of each change to the source one for each architecture is left behind; the newest are kept. */
const CACHED_MAX = 20;

/**
 * Compiles the agent for an architecture, unless the cache has it, and resolves with its path. The
 * cache's key is a hash of the sources, the flags, the compiler and its version. Any number of
 * processes may do so at once. Rejects with `TargetUnavailableError` where there is no compiler, no
 * static C library or no room.
 */
export async function compileAgent(options: CompileAgentOptions): Promise<string> {
  const { target, arch, cacheDir, signal } = options;
  const compiler = compilerFor(arch);
  const sources = await readSources();
  const version = await compilerVersion(target, compiler);
  const hash = hashOf([
    ...[arch ?? process.arch, compiler.command, version, ...FLAGS],
    ...sources.flatMap(({ name, text }) => [name, text]),
  ]);
  const folder = join(cacheDir, 'agents');
  const agent = join(folder, hash);
  if (await exists(agent)) return agent;
  try {
    await mkdir(folder, { recursive: true });
    const scratch = await mkdtemp(join(folder, 'compiling-'));
    try {
      const output = join(scratch, 'agent');
      const files = sources.flatMap(({ name, path }) => (name.endsWith('.c') ? [path] : []));
      const flags = [...FLAGS, `-DSOURCE_HASH="${hash}"`, '-o', output];
      await execa(compiler.command, [...flags, ...files], {
        cancelSignal: signal,
        timeout: COMPILE_TIMEOUT_MS,
        env: { LC_ALL: 'C' },
      });
      await rename(output, agent);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw await explain(error, compiler, options);
  }
  await prune(folder);
  return agent;
}

/** Removes the oldest of too many, and what compilations that were killed left. */
async function prune(folder: string): Promise<void> {
  const names = await readdir(folder);
  const ages = names.map(async (name) => {
    const path = join(folder, name);
    // Another process may remove it at the same time.
    return { path, madeMs: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
  });
  const newestFirst = (await Promise.all(ages)).toSorted((a, b) => b.madeMs - a.madeMs);
  for (const { path } of newestFirst.slice(CACHED_MAX)) {
    await rm(path, { recursive: true, force: true });
  }
}

interface Source {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

async function readSources(): Promise<readonly Source[]> {
  const folder = await sourceFolder();
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { name, path, text: await readFile(path, 'utf8') };
    }),
  );
}

/** Compiled, this module lies in dist/src; C stays in src, below the folder of the package. */
async function sourceFolder(): Promise<string> {
  const inPackage = join('src', 'targets', 'kernel', 'agent');
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, inPackage);
    if (await exists(join(candidate, 'agent.c'))) return candidate;
  }
  throw new Error(`Expected ${inPackage} above ${import.meta.dirname}`);
}

async function compilerVersion(target: string, { command, install }: Compiler): Promise<string> {
  if ((await findProgram(command)) === undefined) {
    const problem = `the agent needs a C compiler, ${command} was not found`;
    throw new TargetUnavailableError(target, problem, install);
  }
  return (await execa(command, ['--version'], { reject: false })).stdout;
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('hex').slice(0, 32);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The linker's complaint about a C library that is shared only. */
const NO_STATIC_LIBC = /cannot find -lc\b|cannot find (?:-lc|libc\.a)|no such file.*\.h/i;

async function explain(
  error: unknown,
  { command, install }: Compiler,
  { target, cacheDir }: CompileAgentOptions,
): Promise<TargetUnavailableError> {
  if (!(error instanceof ExecaError)) return asUnavailable(target, cacheDir, error);
  const complaints = String(error.stderr).split('\n');
  if (complaints.some((line) => /No space left/.test(line))) {
    const full = Object.assign(new Error('No space left', { cause: error }), { code: 'ENOSPC' });
    return asUnavailable(target, cacheDir, full);
  }
  const missing = complaints.some((line) => NO_STATIC_LIBC.test(line));
  const line = complaints.find((each) => /error|cannot/i.test(each)) ?? error.shortMessage;
  const problem = missing
    ? `the agent needs a static C library, ${command} has none`
    : `the agent: ${line.trim()}`;
  return new TargetUnavailableError(target, problem, install, { cause: error });
}
