import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExecaError, execa } from 'execa';
import type { Endianness } from '../target.ts';
import { CompileError } from './compile-program.ts';
import { findProgram } from './find-program.ts';

const CLANG = 'clang';
const COMPILE_TIMEOUT_MS = 60_000;

/** Whether there is a compiler for BPF. */
export const hasBpfCompiler = async (): Promise<boolean> =>
  (await findProgram(CLANG)) !== undefined;

export interface CompileBpfOptions {
  readonly endianness: Endianness;
  /** Headers, by the path by which they are included. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Compiles a file (`repro.c`) or assembles one (`repro.s`) with clang and resolves with the object. Warnings are
 * errors. Rejects with `CompileError`.
 */
export async function compileBpf(
  name: 'repro.c' | 'repro.s',
  source: string,
  { endianness, headers = {}, signal }: CompileBpfOptions,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-'));
  try {
    for (const [path, text] of Object.entries({ ...headers, [name]: source })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const target = endianness === 'little' ? 'bpfel' : 'bpfeb';
    const flags = ['-target', target, '-mcpu=v3', '-O2', '-g', '-Wall', '-Werror', '-I.'];
    await execa(CLANG, [...flags, '-c', name, '-o', 'repro.o'], {
      cwd: folder,
      cancelSignal: signal,
      timeout: COMPILE_TIMEOUT_MS,
      env: { LC_ALL: 'C' },
    });
    return await readFile(join(folder, 'repro.o'));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    const complaint = `${error.stderr ?? ''}`.trim() || error.shortMessage;
    throw new CompileError(`${CLANG} does not take it: ${complaint}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
