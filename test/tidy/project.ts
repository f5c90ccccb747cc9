import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is made by tools or by runs, and not by people. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'package-lock.json']);

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every text file of the project below the folders or files named, sorted by path. */
export function filesOf(...paths: readonly string[]): readonly SourceFile[] {
  const found = paths.flatMap(list);
  return found.sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function list(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .map((entry) => ({ entry, below: path === '.' ? entry.name : `${path}/${entry.name}` }))
    .flatMap(({ entry, below }) => (entry.isDirectory() ? list(below) : [below]));
}

/** The TypeScript of the folders. */
export const typescriptOf = (...folders: readonly string[]): readonly SourceFile[] =>
  filesOf(...folders).filter(({ path }) => /\.tsx?$/.test(path));

/** The text with its comments blanked out and its lines where they were. */
export const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;{}(,])\/\/.*$/gm, '$1');

/** `path:line: text` of every line that a pattern matches. */
export const matchingLines = (
  { path }: SourceFile,
  text: string,
  pattern: RegExp,
): readonly string[] =>
  text
    .split('\n')
    .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []));
