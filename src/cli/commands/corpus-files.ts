import type { Command } from 'commander';
import { type Corpus, openCorpus } from '../../corpus/corpus.ts';
import { type Exported, exportCases } from '../../corpus/export.ts';
import { type Imported, importPaths } from '../../corpus/import.ts';
import type { Merged } from '../../corpus/records.ts';
import { printable } from '../../reports/printable.ts';
import { countOf } from '../../reports/quantity.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { asJson } from '../json.ts';

/** What every command of a corpus has. */
export interface CorpusFlags {
  readonly corpus: string;
  readonly json?: boolean;
}

/** Makes a command below `corpus`, with the options that all have. */
export type Subcommand = (name: string, description: string) => Command;

interface ExportFlags extends CorpusFlags {
  readonly out: string;
  readonly all?: true;
  readonly agreeing?: true;
}

/** `bpfdiff corpus add, import, merge, export`: what goes into a corpus and out of it. */
export function addCorpusFiles(subcommand: Subcommand, end: (status: ExitStatus) => void): void {
  subcommand('add', 'keep .case files with their recorded answers; runs nothing')
    .argument('<files...>')
    .action((files: readonly string[], flags: CorpusFlags) => end(take(files, flags)));
  subcommand('import', 'take over .case files, folders of them, and other corpora')
    .argument('<paths...>')
    .action((paths: readonly string[], flags: CorpusFlags) => end(take(paths, flags)));
  subcommand('merge', 'take over all that another corpus holds')
    .argument('<other>', 'its file')
    .action((other: string, flags: CorpusFlags) => end(merge(other, flags)));
  subcommand('export', 'write .case files with recorded answers')
    .argument(
      '[ids...]',
      'findings by their ids, or cases by their hashes; how they begin is enough',
    )
    .option('--all', 'all findings and all cases that are kept')
    .option('--agreeing', 'the cases that are kept without being a finding')
    .requiredOption('--out <folder>', 'where to; files that are there are replaced')
    .action((ids: readonly string[], flags: ExportFlags) => end(write(ids, flags)));
}

function take(paths: readonly string[], flags: CorpusFlags): ExitStatus {
  const corpus = openCorpus(flags.corpus);
  const counts = { new: 0, more: 0, same: 0, conflicts: 0, corpora: 0, refused: 0, passedOver: 0 };
  try {
    for (const imported of importPaths(corpus, paths)) {
      count(counts, imported);
      if (flags.json) print(asJson(imported));
      else for (const line of remarks(imported)) print(line);
    }
  } finally {
    corpus.close();
  }
  if (flags.json) print(JSON.stringify({ kind: 'summary', ...counts }));
  else print(takenText(counts));
  return counts.refused > 0 || counts.conflicts > 0 ? ExitStatus.USAGE : ExitStatus.AGREE;
}

interface Counts {
  new: number;
  more: number;
  same: number;
  /** Answers that contradict what is recorded of the same target. */
  conflicts: number;
  corpora: number;
  refused: number;
  passedOver: number;
}

function count(counts: Counts, imported: Imported): void {
  switch (imported.kind) {
    case 'case':
      counts[imported.added.kind]++;
      counts.conflicts += imported.added.conflicts.length;
      break;
    case 'corpus':
      counts.corpora++;
      for (const kind of ['new', 'more', 'same'] as const) {
        counts[kind] += imported.merged.cases[kind];
      }
      counts.conflicts += imported.merged.conflicts.length;
      break;
    case 'refused':
      counts.refused++;
      break;
    case 'passed-over':
      counts.passedOver++;
  }
}

/** What a person must know of one file; nothing of one that was taken. */
function remarks(imported: Imported): readonly string[] {
  const path = printable(imported.path);
  switch (imported.kind) {
    case 'refused':
      return [`${path}: refused: ${printable(imported.why)}`];
    case 'case':
      return imported.added.conflicts.map(
        (target) => `${path}: ${printable(target)} answered otherwise before, which stays`,
      );
    case 'corpus':
      return [`${path}: ${mergedText(imported.merged)}`, ...conflictLines(imported.merged)];
    default:
      return [];
  }
}

const takenText = (counts: Counts): string =>
  [
    `${countOf(counts.new, 'new case')}`,
    `${counts.more} with new answers`,
    `${counts.same} known already`,
    `${counts.refused} refused`,
    ...(counts.conflicts > 0 ? [countOf(counts.conflicts, 'contradiction')] : []),
    ...(counts.passedOver > 0 ? [`${counts.passedOver} passed over`] : []),
  ].join(', ');

function merge(path: string, flags: CorpusFlags): ExitStatus {
  const corpus = openCorpus(flags.corpus);
  try {
    const [imported] = importPaths(corpus, [path]);
    if (imported.kind !== 'corpus') {
      const why = imported.kind === 'refused' ? imported.why : 'it is a .case file';
      throw new UsageError(`${path}: Expected a corpus: ${why}`);
    }
    const { merged } = imported;
    if (flags.json) print(asJson(merged));
    else for (const line of [mergedText(merged), ...conflictLines(merged)]) print(line);
    return ExitStatus.AGREE;
  } finally {
    corpus.close();
  }
}

const mergedText = ({ cases, findings, campaigns }: Merged): string =>
  [
    countOf(cases.new, 'new case'),
    `${cases.more} with new answers`,
    `${cases.same} known already`,
    countOf(findings.new, 'new finding'),
    `${findings.same} known already`,
    countOf(findings.decided, 'decision'),
    countOf(campaigns, 'campaign'),
  ].join(', ');

const conflictLines = ({ conflicts }: Merged): readonly string[] =>
  conflicts.map((conflict) => `  ${printable(conflict)} answered otherwise here, which stays`);

function write(ids: readonly string[], flags: ExportFlags): ExitStatus {
  const chosen = exported(ids, flags);
  return reading(flags, (corpus) => {
    let written = 0;
    for (const { path, recorded } of exportCases(corpus, chosen, flags.out)) {
      written++;
      if (flags.json) print(JSON.stringify({ path, name: recorded.name }));
    }
    if (!flags.json) print(`${countOf(written, 'case')} in ${printable(flags.out)}`);
    return ExitStatus.AGREE;
  });
}

function exported(ids: readonly string[], { all, agreeing }: ExportFlags): Exported {
  const ways = [ids.length > 0, all === true, agreeing === true].filter(Boolean);
  if (ways.length !== 1) {
    throw new UsageError('Expected ids, --all or --agreeing, and one of them only');
  }
  return all ? 'all' : agreeing ? 'agreeing' : ids;
}

/** What `use` returns of the corpus, which it may not change. */
export function reading<T>({ corpus: path }: CorpusFlags, use: (corpus: Corpus) => T): T {
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    return use(corpus);
  } finally {
    corpus.close();
  }
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
