import { posix } from 'node:path';
import type { SourceFile } from './project.ts';

export interface Import {
  /** The file that imports. */
  readonly from: string;
  /** A file of the project, or the name of a package or of a module of Node. */
  readonly to: string;
  readonly kind: 'file' | 'package';
  /** Names that are imported; `*` for all. */
  readonly names: readonly string[];
}

const IMPORT = /\b(?:import|export)\s+(?:type\s+)?([\w*${},\s]*?)\s*\bfrom\s+'([^']+)'/g;
const BARE_IMPORT = /\bimport\s*\(?\s*'([^']+)'/g;

/** Every import and re-export of a file. */
export const importsOf = ({ path, text }: SourceFile): readonly Import[] => [
  ...[...text.matchAll(IMPORT)].map(([, names, to]) => importOf(path, to, namesOf(names))),
  ...[...text.matchAll(BARE_IMPORT)].map(([, to]) => importOf(path, to, ['*'])),
];

function importOf(from: string, to: string, names: readonly string[]): Import {
  return to.startsWith('.')
    ? { from, to: posix.join(posix.dirname(from), to), kind: 'file', names }
    : { from, to: packageOf(to), kind: 'package', names };
}

/** `ink/build/x.js` is of `ink`; a scope belongs to the name. */
const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

/** `{ type A, b as c }` names `A` and `b`. */
function namesOf(clause: string): readonly string[] {
  const braces = /\{([^}]*)\}/.exec(clause);
  if (braces === null) return ['*'];
  return braces[1]
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s+.*$/, ''),
    )
    .filter((name) => name !== '');
}
