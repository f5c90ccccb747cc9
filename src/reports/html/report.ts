import { coveragePart } from '../coverage/html.ts';
import { COVERAGE_STYLE } from '../coverage/html-style.ts';
import { countOf } from '../quantity.ts';
import { isUndecided, type Report, verdictOf } from '../report.ts';
import { timeText } from '../time-text.ts';
import { visibleLine } from '../visible.ts';
import { matrixHtml } from './agreement.ts';
import { documentHtml } from './document.ts';
import { findingHtml } from './finding.ts';
import { type Html, html } from './html.ts';
import { campaignsHtml, findingListHtml, overviewHtml, targetsHtml } from './overview.ts';
import { PLOT_SCRIPT } from './plot-script.ts';
import { plotsHtml, plottedCampaigns } from './plots.ts';
import { REPORT_STYLE } from './report-style.ts';

/** The charting library, uPlot, as it comes. */
export interface PlotLibrary {
  readonly script: string;
  readonly style: string;
}

/**
 * A report as one page that needs no server and no network: overview, who agrees with whom, every finding,
 * how campaigns went, and what they reached.
 */
export function reportHtml(report: Report, library: PlotLibrary): string {
  const plotted = plottedCampaigns(report);
  const sections = sectionsOf(report, plotted.length > 0 ? plotsHtml(plotted) : undefined);
  const hasPlots = plotted.length > 0;
  return documentHtml({
    title: `${verdictOf(report)}: bpfdiff report of ${visibleLine(report.corpus, 100)}`,
    style: `${hasPlots ? library.style : ''}${COVERAGE_STYLE}${REPORT_STYLE}`,
    scripts: hasPlots ? [library.script, PLOT_SCRIPT] : [],
    body: html`<header>
<h1>bpfdiff report</h1>
<p>Of <span class="code">${visibleLine(report.corpus)}</span>, written ${timeText(report.writtenAtMs)} UTC
by bpfdiff ${report.version}</p>
<p class="verdict ${toneOf(report)}">${verdictOf(report)}</p>
<nav aria-label="Parts of the report">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
</header>
<main>
${sections.map(sectionHtml)}
</main>
<footer><p>An answer that a rule excuses is never agreement; the words are explained in bpfdiff's README.</p></footer>`,
  });
}

function toneOf({ heads, campaigns }: Report): 'bad' | 'good' | 'unknown' {
  if (heads.some(isUndecided)) return 'bad';
  return heads.length + campaigns.length > 0 ? 'good' : 'unknown';
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html | undefined;
  /** Said where there is no body; without it such a section is left out. */
  readonly nothing?: string;
}

function sectionsOf(report: Report, plots: Html | undefined): readonly Section[] {
  const { findings, heads, coverage } = report;
  const more = heads.length - findings.length;
  const sections: readonly Section[] = [
    { id: 'overview', title: 'Overview', body: overviewHtml(report) },
    {
      id: 'list',
      title: 'Findings',
      body: findingListHtml(report),
      nothing: 'None.',
    },
    { id: 'matrix', title: 'Who agrees with whom', body: matrixHtml(report) },
    {
      id: 'campaigns',
      title: 'Campaigns',
      body: campaignsHtml(report) && html`${campaignsHtml(report)}${targetsHtml(report)}`,
      nothing: 'No campaign has been run with this corpus.',
    },
    {
      id: 'throughput',
      title: 'Throughput',
      body: plots,
      nothing: 'No campaign in this corpus has told how it went over time.',
    },
    {
      id: 'findings',
      title: 'Each finding',
      body:
        findings.length === 0
          ? undefined
          : html`${findings.map(findingHtml)}${more > 0 ? html`<p>${countOf(more, 'more finding')} not told here: see <span class="code">bpfdiff corpus show ID</span></p>` : ''}`,
    },
    {
      id: 'coverage',
      title: 'Coverage',
      body: coverage && coveragePart(coverage),
      nothing: 'Not counted: run campaigns with --reach FILE, and give that file to the report.',
    },
  ];
  return sections.filter(({ body, nothing }) => body !== undefined || nothing !== undefined);
}

const sectionHtml = ({ id, title, body, nothing }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-name">
<h2 id="${id}-name">${title}</h2>
${body ?? html`<p>${nothing}</p>`}
</section>
`;
