import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, CaseFileError, readCaseFile } from './case-file.ts';
import type { RecordedCase } from './records.ts';

/** What lies in a folder of `.case` files and in the folders below. */
export interface CaseFolder {
  /** Sorted by path, so that every machine has the same order. */
  readonly cases: readonly RecordedCase[];
  /** Files that are no cases, and links to folders: nothing is passed over in silence. */
  readonly skipped: readonly string[];
}

const FILES_MAX = 100_000;
const DEPTH_MAX = 16;

/**
 * Reads all `.case` files of a folder and of those below it. Throws `CaseFileError` and
 * `CaseTextError` for the first file that can't be read, and where there are too many.
 */
export function readCaseFolder(folder: string): CaseFolder {
  const paths = filesBelow(folder, 0).sort();
  const isCase = (path: string): boolean => path.endsWith('.case');
  return {
    cases: paths.filter(isCase).map(readCaseFile),
    skipped: paths.filter((path) => !isCase(path)),
  };
}

function filesBelow(folder: string, depth: number): string[] {
  if (depth > DEPTH_MAX) {
    throw new CaseFileError(folder, `Expected folders at most ${DEPTH_MAX} deep`);
  }
  const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...filesBelow(path, depth + 1));
    else files.push(path);
    if (files.length > FILES_MAX) {
      throw new CaseFileError(folder, `Expected at most ${FILES_MAX} files`);
    }
  }
  return files;
}
