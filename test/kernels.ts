import { homedir } from 'node:os';
import { join } from 'node:path';
import { type OpenTargets, openTargets } from '../src/cli/open-targets.ts';
import { parseTargetNames } from '../src/cli/target-names.ts';

/** Kernels that a test file uses; it ends them. */
export type TestKernels = OpenTargets;

/** Where tests keep kernels: the user's own cache, so that they are fetched once. */
export const CACHE_DIR = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bpfdiff');

/**
 * The targets of those names, booted. Rejects where one can't be had: a machine without a kernel does
 * not pass these tests.
 */
export const openKernels = (names: readonly string[]): Promise<TestKernels> =>
  openTargets(parseTargetNames(names.join(), CACHE_DIR), {
    cacheDir: CACHE_DIR,
    onEvent: () => {},
    signal: new AbortController().signal,
  });
