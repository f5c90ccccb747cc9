import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, CaseFileError, readCaseFile } from './case-file.ts';
import type { RecordedCase } from './records.ts';

/** What lies in a folder of `.case` files and in the folders below. */
export interface CaseFolder {
  /** Sorted by path, so that every machine has the same order. */
  readonly cases: readonly RecordedCase[];
  /** Files that are no cases, and links: nothing is passed over in silence. */
  readonly skipped: readonly string[];
}

const FILES_MAX = 100_000;
const DEPTH_MAX = 16;

/**
 * Reads all `.case` files of a folder and of those below it. Throws `CaseFileError` and
 * `CaseTextError` for the first file that can't be read, and where there are too many.
 */
export function readCaseFolder(folder: string): CaseFolder {
  const entries = entriesBelow(folder);
  const isCase = ({ path, kind }: FolderEntry): boolean =>
    kind === 'file' && path.endsWith('.case');
  return {
    cases: entries.filter(isCase).map(({ path }) => readCaseFile(path)),
    skipped: entries.filter((entry) => !isCase(entry)).map(({ path }) => path),
  };
}

/** Something in a folder that is no folder. */
export interface FolderEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
}

/** All in a folder and in those below, sorted by path. Links are not followed. Throws `CaseFileError`. */
export const entriesBelow = (folder: string): readonly FolderEntry[] =>
  filesBelow(folder, 0).sort((a, b) => (a.path < b.path ? -1 : 1));

function filesBelow(folder: string, depth: number): FolderEntry[] {
  if (depth > DEPTH_MAX) {
    throw new CaseFileError(folder, `Expected folders at most ${DEPTH_MAX} deep`);
  }
  const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  const files: FolderEntry[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...filesBelow(path, depth + 1));
    else files.push({ path, kind: kindOf(entry) });
    if (files.length > FILES_MAX) {
      throw new CaseFileError(folder, `Expected at most ${FILES_MAX} files`);
    }
  }
  return files;
}

const kindOf = (entry: Dirent): FolderEntry['kind'] =>
  entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other';
