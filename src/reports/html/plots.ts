import type { Campaign, Sample } from '../../corpus/records.ts';
import { countOf, countText, durationText, rateText } from '../quantity.ts';
import type { Report } from '../report.ts';
import { visibleLine } from '../visible.ts';
import { type Html, html, trusted } from './html.ts';

const PLOTS_MAX = 12;

/** What the script draws of a campaign, a number for each sample; see plot-script.ts. */
export interface PlotData {
  readonly seconds: readonly number[];
  readonly casesPerSecond: readonly number[];
  readonly divergences: readonly number[];
}

/** Campaigns whose speed over time is known, the newest first. */
export const plottedCampaigns = ({ campaigns }: Report): readonly Campaign[] =>
  campaigns
    .filter(({ end }) => (end?.series?.length ?? 0) >= SAMPLES_MIN)
    .toReversed()
    .slice(0, PLOTS_MAX);

/** Two make a line. */
const SAMPLES_MIN = 2;

/** A plot for each of them, which says in words what it shows. */
export function plotsHtml(campaigns: readonly Campaign[]): Html {
  const data = campaigns.map(({ end }) => plotData(end!.series!));
  return html`${campaigns.map((campaign, i) => figureHtml(campaign, data[i], i))}
<noscript><p>The plots are drawn by a script that comes with this page.</p></noscript>
<script type="application/json" id="plots">${jsonHtml(data)}</script>`;
}

function figureHtml(
  { id, profile, startedAtMs, end }: Campaign,
  data: PlotData,
  index: number,
): Html {
  const { casesPerSecond: rates } = data;
  const { cases, divergences, endedAtMs } = end!;
  const range = `${countText(Math.min(...rates))} to ${rateText(Math.max(...rates))}`;
  return html`<figure>
<figcaption><b>Campaign ${id}</b>, ${visibleLine(profile, 60)}: ${countOf(cases, 'case')} in
${durationText(endedAtMs - startedAtMs)}, ${range}, ${countText(divergences)} diverged</figcaption>
<div class="plot" data-plot="${index}" role="img" aria-label="Cases per second over time, ${range}"></div>
</figure>
`;
}

/**
 * The speed at each sample, over the second before it, or over a fortieth of all the time where that is
 * longer: batches are told of in one go.
 */
export function plotData(series: readonly Sample[]): PlotData {
  const windowMs = Math.max(1000, (series.at(-1)?.elapsedMs ?? 0) / 40);
  return {
    seconds: series.map(({ elapsedMs }) => elapsedMs / 1000),
    casesPerSecond: series.map((sample) => {
      const since =
        series.findLast((one) => one.elapsedMs <= sample.elapsedMs - windowMs) ?? NOTHING;
      const tookMs = Math.max(sample.elapsedMs - since.elapsedMs, 1);
      return Math.max(0, Math.round(((sample.cases - since.cases) * 1000) / tookMs));
    }),
    divergences: series.map(({ divergences }) => divergences),
  };
}

const NOTHING: Sample = { elapsedMs: 0, cases: 0, runs: 0, divergences: 0 };

/** Numbers and names of ours; `<` is escaped all the same, as it could end the element. */
const jsonHtml = (data: unknown): Html => trusted(JSON.stringify(data).replaceAll('<', '\\u003c'));
