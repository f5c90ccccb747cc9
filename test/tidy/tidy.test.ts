import { describe, expect, it } from 'vitest';
import { AREAS, areaOf, PACKAGES } from './areas.ts';
import { undocumentedExports } from './docstrings.ts';
import { importsOf } from './imports.ts';
import {
  filesOf,
  matchingLines,
  type SourceFile,
  typescriptOf,
  withoutComments,
} from './project.ts';

const SOURCES = typescriptOf('src', 'generators');
const TESTS = typescriptOf('test');
const ALL = filesOf('.');

/** Tables of data, which no reader reads from top to bottom. */
const DATA_TABLES: readonly string[] = [
  'src/isa/forms.ts',
  'src/reports/verifier-formats.ts',
  'src/targets/emulator/releases.ts',
];
const LINES_MAX = 400;

describe('imports', () => {
  const imports = SOURCES.flatMap(importsOf);

  it('every source file belongs to a part of the project', () => {
    expect(SOURCES.filter(({ path }) => areaOf(path) === undefined).map(pathOf)).toEqual([]);
  });

  it('run one way', () => {
    const wrong = imports
      .filter(({ kind }) => kind === 'file')
      .map(({ from, to }) => ({ from, to, source: areaOf(from) ?? from, target: areaOf(to) ?? to }))
      .filter(({ source, target }) => source !== target && !AREAS[source]?.includes(target));
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('of packages and modules with effects stay in the parts that own them', () => {
    const wrong = imports
      .filter(({ kind, from, to }) => {
        const owners = kind === 'package' ? PACKAGES[to] : undefined;
        return owners !== undefined && !owners.includes(areaOf(from)!);
      })
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('name the file with its ending', () => {
    const wrong = [...SOURCES, ...TESTS]
      .flatMap(importsOf)
      .filter(({ kind, to }) => kind === 'file' && !/\.(tsx?|json)$/.test(to));
    expect(wrong).toEqual([]);
  });
});

describe('sources', () => {
  it('are short, but for tables of data', () => {
    const long = [...SOURCES, ...TESTS]
      .filter(({ path }) => !DATA_TABLES.includes(path))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it('have names in kebab-case that say what they hold', () => {
    const wrong = [...SOURCES, ...TESTS]
      .map(pathOf)
      .filter((path) => path.split('/').some((part) => !KEBAB.test(part) || VAGUE.test(part)));
    expect(wrong).toEqual([]);
  });

  it('export by name', () => {
    expect(linesOf(SOURCES, /\bexport\s+default\b|\bas default\b/)).toEqual([]);
  });

  it('document what other parts import', () => {
    expect(undocumentedExports(SOURCES)).toEqual([]);
  });

  it('get clock, randomness, environment and arguments from cli', () => {
    const outside = SOURCES.filter(({ path }) => areaOf(path) !== 'src/cli');
    expect(linesOf(outside, SURROUNDINGS)).toEqual([]);
  });

  it('have no enum and no namespace', () => {
    expect(linesOf(SOURCES, /^\s*(export\s+)?(const\s+)?(enum|namespace)\s/)).toEqual([]);
  });
});

describe('tests', () => {
  it('state facts', () => {
    expect(linesOf(TESTS, /\b(it|test|describe)\b.*['"`].*\bshould\b/)).toEqual([]);
  });

  it('are all run', () => {
    expect(linesOf(TESTS, /\b(it|test|describe)\.(only|todo)\b/)).toEqual([]);
  });
});

describe('files', () => {
  it('name no registry and no place of one machine', () => {
    expect(ALL.flatMap((file) => matchingLines(file, file.text, MACHINE_BOUND))).toEqual([]);
  });
});

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?(\.tsx?)?$/;
const VAGUE = /^(utils?|misc|common|shared)(\.test)?(\.tsx?)?$/;
const SURROUNDINGS =
  /\bprocess\.(env|argv|hrtime|cwd)\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandom(Bytes|UUID|Int)\b/;

/** Written so that this file does not match itself. */
const MACHINE_BOUND = new RegExp(
  [
    String.raw`deb\.debian${'\\'}.org`,
    String.raw`registry\.npm${'js'}`,
    String.raw`(?<![\w.~$}])/(work|root|tmp/lab)${'/'}`,
  ].join('|'),
);

const pathOf = ({ path }: SourceFile): string => path;

const linesOf = (files: readonly SourceFile[], pattern: RegExp): readonly string[] =>
  files.flatMap((file) => matchingLines(file, withoutComments(file.text), pattern));
