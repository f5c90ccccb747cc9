import type { Command } from 'commander';
import { namesUsed } from '../../case/names-used.ts';
import { openCorpus } from '../../corpus/corpus.ts';
import type { FindingHead } from '../../corpus/records.ts';
import { findingText } from '../../reports/finding.ts';
import { printable } from '../../reports/printable.ts';
import { tableLines } from '../../reports/table.ts';
import { ExitStatus } from '../exit-status.ts';
import { asJson } from '../json.ts';
import { quoted } from '../quoted.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';

interface CorpusFlags {
  readonly corpus: string;
  readonly json?: boolean;
}

/** `bpfdiff corpus`: looks at what campaigns have found. */
export function addCorpus(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  const corpus = program.command('corpus').description('look at what campaigns have found');
  const subcommand = (name: string, description: string): Command =>
    corpus
      .command(name)
      .description(description)
      .option('--corpus <file>', 'the corpus', surroundings.corpusFile)
      .option('--json', 'print JSON');
  subcommand('ls', 'list the findings, the oldest first').action((flags: CorpusFlags) =>
    end(list(flags, surroundings)),
  );
  subcommand('show', 'explain a finding')
    .argument('<finding>', 'its id, or how it begins')
    .action((id: string, flags: CorpusFlags) => end(show(id, flags, surroundings)));
}

function list({ corpus: path, json }: CorpusFlags, surroundings: Surroundings): ExitStatus {
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    const findings = corpus.findings();
    const lines = json
      ? findings.map(asJson)
      : findings.length === 0
        ? [`No findings in ${path}`]
        : tableLines(findings.map(row), textOptions(surroundings));
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return ExitStatus.AGREE;
  } finally {
    corpus.close();
  }
}

const row = ({ id, divergence, targets, status, foundAtMs }: FindingHead): readonly string[] => [
  id,
  status,
  new Date(foundAtMs).toISOString().slice(0, 16).replace('T', ' '),
  divergence.class,
  printable(targets.join(' / ')),
  printable(divergence.description),
];

function show(id: string, { corpus: path, json }: CorpusFlags, surroundings: Surroundings) {
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    const finding = corpus.finding(id);
    const { shrunk, divergence, observed } = finding;
    const names = observed.map(({ name }) => name).join(',');
    const text = json
      ? `${asJson({ ...finding, forms: namesUsed(shrunk).forms })}\n`
      : findingText(
          {
            id: finding.id,
            testCase: shrunk,
            divergence,
            observed,
            cause: finding.cause,
            located: finding.located,
            commands: [`bpfdiff replay ${quoted(path)} --targets ${names}`],
          },
          textOptions(surroundings),
        );
    process.stdout.write(text);
    return ExitStatus.AGREE;
  } finally {
    corpus.close();
  }
}
