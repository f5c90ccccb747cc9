import { type Command, Option } from 'commander';
import { namesUsed } from '../../case/names-used.ts';
import type { Corpus } from '../../corpus/corpus.ts';
import { FINDING_STATUSES, type FindingHead } from '../../corpus/records.ts';
import { printable } from '../../reports/printable.ts';
import { countOf } from '../../reports/quantity.ts';
import { tableLines } from '../../reports/table.ts';
import { ExitStatus } from '../exit-status.ts';
import { explainFinding } from '../explain-finding.ts';
import { asJson } from '../json.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';
import { addCorpusCare } from './corpus-care.ts';
import { addCorpusFiles, type CorpusFlags, reading } from './corpus-files.ts';

interface ListFlags extends CorpusFlags {
  readonly status?: string;
  readonly class?: string;
  readonly target?: string;
  readonly cases?: true;
}

/** `bpfdiff corpus`: looks after what campaigns have found. */
export function addCorpus(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  const corpus = program.command('corpus').description('look after what campaigns have found');
  const subcommand = (name: string, description: string): Command =>
    corpus
      .command(name)
      .description(description)
      .option('--corpus <file>', 'the corpus', surroundings.corpusFile)
      .option('--json', 'print JSON');
  subcommand('ls', 'list the findings, the oldest first')
    .addOption(new Option('--status <status>', 'only these').choices(FINDING_STATUSES))
    .option('--class <class>', 'only those of this class, such as retval')
    .option('--target <name>', 'only those of this target, or of any engine of this kernel')
    .option('--cases', 'the cases that are kept in their own right instead')
    .action((flags: ListFlags) => end(list(flags, surroundings)));
  subcommand('show', 'explain a finding')
    .argument('<finding>', 'its id, or how it begins')
    .action((id: string, flags: CorpusFlags) => end(show(id, flags, surroundings)));
  addCorpusFiles(subcommand, end);
  addCorpusCare(subcommand, surroundings, end);
}

function list(flags: ListFlags, surroundings: Surroundings): ExitStatus {
  return reading(flags, (corpus) => {
    const found = flags.cases ? listedCases(corpus, flags) : listedFindings(corpus, flags);
    const lines = flags.json
      ? found.map(({ json }) => json)
      : found.length === 0
        ? [`No ${flags.cases ? 'cases' : 'findings'} in ${flags.corpus}`]
        : tableLines(
            found.map(({ cells }) => cells),
            textOptions(surroundings),
          );
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return ExitStatus.AGREE;
  });
}

/** A line of a list. */
interface Listed {
  readonly json: string;
  readonly cells: readonly string[];
}

function listedFindings(corpus: Corpus, flags: ListFlags): readonly Listed[] {
  const isWanted = ({ status, divergence, targets }: FindingHead): boolean =>
    (flags.status === undefined || status === flags.status) &&
    (flags.class === undefined || divergence.class === flags.class) &&
    (flags.target === undefined || targets.some((name) => isOf(name, flags.target!)));
  return corpus
    .findings()
    .filter(isWanted)
    .map((finding) => ({ json: asJson(finding), cells: row(finding) }));
}

const isOf = (target: string, wanted: string): boolean =>
  target === wanted || target.split(/[:@]/, 1)[0] === wanted;

function listedCases(corpus: Corpus, { target }: ListFlags): readonly Listed[] {
  const listed: Listed[] = [];
  for (const { name, claim, answers } of corpus.keptCases()) {
    const targets = answers.map((answer) => answer.name);
    if (target !== undefined && !targets.some((answered) => isOf(answered, target))) continue;
    listed.push({
      json: JSON.stringify({ name, claim, targets }),
      cells: [name.slice(0, HASH_DIGITS), countOf(targets.length, 'answer'), printable(claim)],
    });
  }
  return listed;
}

const HASH_DIGITS = 16;

const row = ({ id, divergence, targets, status, foundAtMs }: FindingHead): readonly string[] => [
  id,
  status,
  new Date(foundAtMs).toISOString().slice(0, 16).replace('T', ' '),
  divergence.class,
  printable(targets.join(' / ')),
  printable(divergence.description),
];

function show(id: string, flags: CorpusFlags, surroundings: Surroundings): ExitStatus {
  return reading(flags, (corpus) => {
    const finding = corpus.finding(id);
    const text = flags.json
      ? `${asJson({ ...finding, forms: namesUsed(finding.shrunk).forms })}\n`
      : explainFinding(finding, flags.corpus, textOptions(surroundings));
    process.stdout.write(text);
    return ExitStatus.AGREE;
  });
}
