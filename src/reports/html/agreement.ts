import type { Observed } from '../../compare/compare.ts';
import { groupName } from '../agreement.ts';
import { agreementAbout, type Report, type ReportedFinding } from '../report.ts';
import { visibleLine } from '../visible.ts';
import { findingLink } from './finding-link.ts';
import { type Filling, type Html, html } from './html.ts';
import { tableHtml } from './table.ts';

const TARGETS_MAX = 40;

/**
 * The matrix: a row for each finding, a column for each target that was asked about one. Targets with the
 * same letter gave the same answer; the one that stands alone is marked.
 */
export function matrixHtml({ findings }: Report): Html | undefined {
  const names = [...new Set(findings.flatMap(namesOf))].toSorted(byName).slice(0, TARGETS_MAX);
  const table = tableHtml({
    label: 'Who agrees with whom',
    columns: [
      { title: 'finding' },
      ...names.map((name) => ({ title: visibleLine(name, 60) })),
      { title: 'in words' },
    ],
    rows: findings.map((finding) => {
      const letters = lettersOf(finding);
      return {
        cells: [
          findingLink(finding),
          ...names.map((name) => letters.get(name) ?? ''),
          agreementWords(finding),
        ],
      };
    }),
  });
  return (
    table &&
    html`<div class="matrix">${table}</div>
<p>The same letter is the same answer; <span class="answer odd">B</span> stands alone against all others,
<span class="answer none">–</span> can't be compared, and who has no letter was not asked.</p>`
  );
}

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const namesOf = ({ observed, others }: ReportedFinding): readonly string[] =>
  [...observed, ...others].map(({ name }) => name);

function lettersOf(finding: ReportedFinding): ReadonlyMap<string, Html> {
  const { groups, incomparable, oddOneOut } = agreementAbout(finding);
  const letters = groups.flatMap((group, i) =>
    group.map(({ name }): [string, Html] => {
      const isOdd = name === oddOneOut?.name;
      const letter = LETTERS[Math.min(i, LETTERS.length - 1)];
      return [name, answer(`${isOdd ? 'odd' : `g${Math.min(i, 3)}`}`, letter)];
    }),
  );
  const none = incomparable.map(({ name }): [string, Html] => [name, answer('none', '–')]);
  return new Map([...letters, ...none]);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const answer = (kind: string, letter: string): Html =>
  html`<span class="answer ${kind}">${letter}</span>`;

/** Such as `all 7.2 JITs against all interpreters`. */
export function agreementWords(finding: ReportedFinding): Filling {
  const { groups, oddOneOut } = agreementAbout(finding);
  if (groups.length < 2)
    return groups.length === 0 ? 'not comparable by the rules of today' : 'all agree';
  const all = groups.flat();
  const words = groups.map((group) => groupWords(group, all)).join(' against ');
  return oddOneOut === undefined
    ? words
    : html`${words}: the odd one out is <b>${visibleLine(oddOneOut.name)}</b>`;
}

const NAMES_MAX = 4;

/** Names, where few have nothing in common that the others lack. */
function groupWords(group: readonly Observed[], all: readonly Observed[]): string {
  const name = groupName(group, all);
  if (name !== `${group.length} targets` || group.length > NAMES_MAX) return name;
  return visibleLine(group.map((one) => one.name).join(', '), 200);
}
