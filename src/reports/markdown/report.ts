import type { FindingHead } from '../../corpus/records.ts';
import { findingText } from '../finding.ts';
import { locatedWords } from '../located-words.ts';
import { countOf, countText } from '../quantity.ts';
import { type Report, type ReportedFinding, totalsOf, verdictOf } from '../report.ts';
import { PLAIN_TEXT } from '../text-options.ts';
import { code, encoded, fenced, folded, tableMarkdown } from './markdown.ts';

/** A comment on GitHub holds 65,536 characters. */
const CHARACTERS_MAX = 60_000;
const ROWS_MAX = 50;

/** A report for a pull request: the verdict, a table of findings, and what is known of each, folded. */
export function reportMarkdown(report: Report): string {
  const head = [
    `### bpfdiff: ${verdictOf(report)}`,
    totalsText(report),
    ...(report.heads.length === 0 ? [] : [findingsTable(report)]),
  ].join('\n\n');
  const { shown, room } = detailsWithin(report, CHARACTERS_MAX - head.length);
  const more = report.heads.length - shown.length;
  const rest =
    more === 0
      ? []
      : [`${countOf(more, 'more finding')} not told here${room}: \`bpfdiff corpus show ID\``];
  return `${[head, ...shown, ...rest].join('\n\n')}\n`;
}

function totalsText(report: Report): string {
  const { campaigns, cases, runs, divergences } = totalsOf(report);
  return `${countOf(campaigns, 'campaign')}, ${countOf(cases, 'case')}, ${countOf(runs, 'run')}, ${countText(divergences)} diverged; ${countOf(report.heads.length, 'finding')} in ${code(report.corpus)}`;
}

function findingsTable({ heads }: Report): string {
  const rows = heads
    .slice(0, ROWS_MAX)
    .map((head) => [
      code(head.id, 64),
      statusText(head),
      head.divergence.class,
      head.targets.map((name) => code(name, 80)).join(' / '),
      located(head),
      code(head.divergence.description, 160),
    ]);
  return tableMarkdown(['finding', 'status', 'class', 'targets', 'first differing', 'what'], rows);
}

const statusText = ({ status, rule }: FindingHead): string =>
  rule === '' ? status : `${status}: ${code(rule, 60)}`;

function located({ located: place }: FindingHead): string {
  const words = locatedWords(place);
  return words === '' ? '' : code(words);
}

/** As many findings as there is room for. */
function detailsWithin({ findings }: Report, charactersMax: number) {
  const shown: string[] = [];
  let left = charactersMax - RESERVE;
  for (const finding of findings) {
    const text = detailOf(finding);
    if (text.length > left) return { shown, room: ', for want of room' };
    shown.push(text);
    left -= text.length + SEPARATOR;
  }
  return { shown, room: '' };
}

/** For the line behind them. */
const RESERVE = 200;
const SEPARATOR = 2;

const detailOf = (finding: ReportedFinding): string =>
  folded(
    `${code(finding.id, 64)} ${finding.divergence.class}: ${encoded(finding.targets.join(' / '))}`,
    fenced(findingText({ ...finding, testCase: finding.shrunk }, PLAIN_TEXT)),
  );
