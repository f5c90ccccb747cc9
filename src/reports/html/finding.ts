import { printCase } from '../../case/text.ts';
import type { Observed } from '../../compare/compare.ts';
import type { FindingHead } from '../../corpus/records.ts';
import { CLAIMS, placeWords } from '../divergence-words.ts';
import { causeLines } from '../finding.ts';
import { infoText } from '../names.ts';
import { everyone, type ReportedFinding } from '../report.ts';
import { timeText } from '../time-text.ts';
import { visibleLine, visibleLines } from '../visible.ts';
import { agreementWords } from './agreement.ts';
import { anchorOf } from './finding-link.ts';
import { type Filling, type Html, html } from './html.ts';
import { locatedHtml } from './located.ts';
import { outcomesHtml } from './outcomes.ts';
import { progsHtml } from './progs.ts';
import { tableHtml } from './table.ts';

/** All that is known of a finding: what disagrees, where it begins, who says what, and how to see it again. */
export function findingHtml(finding: ReportedFinding): Html {
  const { id, shrunk, divergence, observed, located, commands } = finding;
  const [a, b] = observed;
  return html`<article id="${anchorOf(finding)}" aria-labelledby="${anchorOf(finding)}-name">
<h3 id="${anchorOf(finding)}-name"><span class="code">${visibleLine(id, 64)}</span> ${classHtml(finding)} ${statusHtml(finding)}
${visibleLine(a.name)} and ${visibleLine(b.name)} disagree: ${CLAIMS[divergence.class]}</h3>
${valuesHtml(finding)}
${linesHtml(decisionLines(finding))}
${linesHtml(causeLines(finding))}
<p>Found ${timeText(finding.foundAtMs)} UTC${campaignText(finding)}.<br>
Who agrees with whom: ${agreementWords(finding)}.</p>
${progsHtml(shrunk, located)}
${located ? locatedHtml(shrunk, located, [a.name, b.name]) : ''}
<h4>What each target observed</h4>
${outcomesHtml(shrunk, everyone(finding))}
${everyone(finding).map(saidHtml)}
<details><summary>The case as a file</summary>
${preHtml(caseText(finding))}</details>
<h4>Run it again</h4>
${preHtml(commands.join('\n'))}
</article>`;
}

/** A status in colour and in words. */
export const statusHtml = ({ status, rule }: Pick<FindingHead, 'status' | 'rule'>): Html =>
  html`<span class="chip ${status === 'new' ? 'new' : 'decided'}">${status}${rule === '' ? '' : `: ${visibleLine(rule, 60)}`}</span>`;

/** The class of its divergence. */
export const classHtml = ({ divergence }: Pick<FindingHead, 'divergence'>): Html =>
  html`<span class="chip">${divergence.class}</span>`;

/** The two values side by side. */
function valuesHtml({ divergence, observed }: ReportedFinding): Html | undefined {
  const place = placeWords(divergence.where);
  return tableHtml({
    label: 'The first difference',
    columns: [
      { title: 'target' },
      { title: 'what it is' },
      { title: visibleLine(place) || 'outcome' },
    ],
    rows: observed.map(({ name, info }, i) => ({
      cells: [
        html`<b>${visibleLine(name)}</b>`,
        infoText(info),
        html`<mark class="code">${visibleLine(divergence.values[i])}</mark>`,
      ],
    })),
  });
}

const decisionLines = ({ status, kernels, notes }: ReportedFinding): readonly string[] => [
  ...(status === 'known' && kernels !== '' ? [`Known on ${kernels}`] : []),
  ...visibleLines(notes, NOTE_LINES),
];

const NOTE_LINES = 20;

const campaignText = ({ campaign }: ReportedFinding): string =>
  campaign === null ? '' : ` by campaign ${campaign}`;

const linesHtml = (lines: readonly string[]): Filling =>
  lines.length === 0
    ? undefined
    : html`<p>${lines.map((line, i) => html`${i === 0 ? '' : html`<br>`}${visibleLine(line)}`)}</p>`;

/** A report of a kernel begins with what matters. */
const SAID_LINES = 40;

/** The verifier's log of a target that rejected, and what its kernel said, folded. */
function saidHtml({ name, outcome }: Observed): Filling {
  if (outcome.kind === 'unsupported') return undefined;
  const log =
    outcome.kind === 'completed' && outcome.load.verdict === 'rejected' ? outcome.load.log : '';
  return [
    foldedHtml(`Verifier of ${visibleLine(name)}`, visibleLines(log, SAID_LINES)),
    foldedHtml(`Console of ${visibleLine(name)}`, visibleLines(outcome.console, SAID_LINES)),
  ];
}

const foldedHtml = (title: string, lines: readonly string[]): Filling =>
  lines.length === 0
    ? undefined
    : html`<details><summary>${title}</summary>
${preHtml(lines.join('\n'))}</details>`;

const preHtml = (text: string): Html => html`<pre class="wide" tabindex="0">${text}</pre>`;

const CASE_CHARS = 32_768;

/** A longer one is left to `corpus export`. */
function caseText({ shrunk, divergence }: ReportedFinding): string {
  const text = printCase(shrunk, { claim: divergence.description });
  return text.length > CASE_CHARS ? `${text.slice(0, CASE_CHARS)}\n… cut off here` : text;
}
