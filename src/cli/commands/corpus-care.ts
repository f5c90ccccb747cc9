import { InvalidArgumentError } from 'commander';
import { openCorpus } from '../../corpus/corpus.ts';
import { KERNEL_RANGE } from '../../corpus/kernel-range.ts';
import {
  type CorpusCounts,
  type Decision,
  FINDING_STATUSES,
  type FindingStatus,
  type Removed,
} from '../../corpus/records.ts';
import { printable } from '../../reports/printable.ts';
import { countOf, countText } from '../../reports/quantity.ts';
import { tableLines } from '../../reports/table.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { asJson } from '../json.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';
import { type CorpusFlags, reading, type Subcommand } from './corpus-files.ts';

interface StatusFlags extends CorpusFlags {
  readonly note?: string;
  readonly rule?: string;
  readonly kernels?: string;
}

/** `bpfdiff corpus status, rm, stats`: what people decide about what a corpus holds. */
export function addCorpusCare(
  subcommand: Subcommand,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  subcommand('status', 'say what became of a finding')
    .argument('<finding>', 'its id, or how it begins')
    .option('--note <text>', 'what is to be known of it')
    .option('--rule <name>', 'of a known one: what campaigns call it', ruleName)
    .option('--kernels <range>', `of a known one: ${KERNEL_RANGE.expected}`, kernelRange)
    .argument('<status>', FINDING_STATUSES.join(', '))
    .action((id: string, status: string, flags: StatusFlags) => end(decide(id, status, flags)));
  subcommand('rm', 'remove findings, or cases by their hashes; what something else needs stays')
    .argument('<ids...>')
    .action((ids: readonly string[], flags: CorpusFlags) => end(remove(ids, flags)));
  subcommand('stats', 'count what it holds').action((flags: CorpusFlags) =>
    end(stats(flags, surroundings)),
  );
}

const RULE_NAME = /^[a-z0-9][a-z0-9.:+-]{0,63}$/;

function ruleName(text: string): string {
  if (RULE_NAME.test(text)) return text;
  throw new InvalidArgumentError('Expected small letters, digits, `.`, `:`, `+` and `-`.');
}

function kernelRange(text: string): string {
  if (KERNEL_RANGE.pattern.test(text)) return text;
  throw new InvalidArgumentError(`Expected ${KERNEL_RANGE.expected}.`);
}

function decide(idOrPrefix: string, text: string, flags: StatusFlags): ExitStatus {
  const status = FINDING_STATUSES.find((name) => name === text);
  if (status === undefined) {
    throw new UsageError(`Unknown status "${text}"; expected ${FINDING_STATUSES.join(', ')}`);
  }
  const { note, rule, kernels } = flags;
  if (status !== 'known' && (rule !== undefined || kernels !== undefined)) {
    throw new UsageError('--rule and --kernels say what is known: expected the status known');
  }
  const corpus = openCorpus(flags.corpus);
  try {
    const { id, cause } = corpus.finding(idOrPrefix);
    const decision: Decision = {
      status,
      ...(note !== undefined && { notes: note }),
      ...ruleOf(status, { rule, kernels, otherwise: cause || id }),
    };
    corpus.decide(id, decision);
    const { rule: named, kernels: range } = corpus.finding(id);
    const known = status === 'known' ? `, by the rule ${named} on ${range || 'all kernels'}` : '';
    print(flags.json ? asJson({ id, ...decision }) : printable(`${id}: ${status}${known}`));
    return ExitStatus.AGREE;
  } finally {
    corpus.close();
  }
}

/** One that is known no longer has no rule. */
function ruleOf(
  status: FindingStatus,
  { rule, kernels, otherwise }: Pick<StatusFlags, 'rule' | 'kernels'> & { otherwise: string },
): Pick<Decision, 'rule' | 'kernels'> {
  if (status !== 'known') return { rule: '', kernels: '' };
  return { rule: rule ?? otherwise, ...(kernels !== undefined && { kernels }) };
}

function remove(ids: readonly string[], flags: CorpusFlags): ExitStatus {
  const corpus = openCorpus(flags.corpus);
  try {
    for (const id of ids) {
      const removed = corpus.remove(id);
      print(flags.json ? asJson(removed) : removedText(removed));
    }
    return ExitStatus.AGREE;
  } finally {
    corpus.close();
  }
}

function removedText({ id, kind, cases, stayed }: Removed): string {
  const short = kind === 'case' ? id.slice(0, 16) : id;
  if (kind === 'case') {
    return stayed.length > 0 ? `${short}: stays, as a finding is about it` : `${short}: removed`;
  }
  const kept = stayed.length > 0 ? `, ${countOf(stayed.length, 'case')} stays in use` : '';
  return `${short}: removed with ${countOf(cases.length, 'case')}${kept}`;
}

function stats(flags: CorpusFlags, surroundings: Surroundings): ExitStatus {
  return reading(flags, (corpus) => {
    const counts = corpus.stats();
    const rows = Object.entries(rowsOf(counts)).map(([name, count]) => [name, countText(count)]);
    const lines = flags.json
      ? [JSON.stringify(counts)]
      : tableLines(rows, { ...textOptions(surroundings), align: ['left', 'right'] });
    for (const line of lines) print(line);
    return ExitStatus.AGREE;
  });
}

const rowsOf = (counts: CorpusCounts): Readonly<Record<string, number>> => ({
  findings: counts.findings,
  ...below(counts.findingsByStatus),
  ...below(counts.findingsByClass),
  cases: counts.cases,
  '  kept in their own right': counts.kept,
  '  names that they reached first': counts.reached,
  outcomes: counts.outcomes,
  ...below(counts.outcomesByTarget),
  campaigns: counts.campaigns,
  bytes: counts.bytes,
});

const below = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [`  ${printable(name)}`, count]),
  );

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
