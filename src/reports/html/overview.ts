import {
  type Campaign,
  type CampaignTarget,
  FINDING_STATUSES,
  type FindingHead,
} from '../../corpus/records.ts';
import { locatedWords } from '../located-words.ts';
import { countText, durationText, rateText, shareText } from '../quantity.ts';
import { type Report, totalsOf } from '../report.ts';
import { timeText } from '../time-text.ts';
import { visibleLine } from '../visible.ts';
import { classHtml, statusHtml } from './finding.ts';
import { findingLink } from './finding-link.ts';
import { type Filling, type Html, html } from './html.ts';
import { tableHtml } from './table.ts';

/** Totals, and findings by class and status. */
export function overviewHtml(report: Report): Html {
  const { campaigns, cases, runs, divergences } = totalsOf(report);
  const tiles: readonly (readonly [string, number])[] = [
    ['campaigns', campaigns],
    ['cases', cases],
    ['runs', runs],
    ['cases that diverged', divergences],
    ['findings', report.heads.length],
  ];
  return html`<dl class="tiles">${tiles.map(
    ([name, count]) => html`<div><dt>${name}</dt><dd>${countText(count)}</dd></div>`,
  )}</dl>
${byClassHtml(report)}`;
}

/** Counts of findings: a row for each class, a column for each status that there is. */
function byClassHtml({ heads }: Report): Html | undefined {
  const statuses = FINDING_STATUSES.filter((status) =>
    heads.some((head) => head.status === status),
  );
  const classes = [...new Set(heads.map(({ divergence }) => divergence.class))].sort();
  const count = (wanted: (head: FindingHead) => boolean): string => {
    const found = heads.filter(wanted).length;
    return found === 0 ? '' : countText(found);
  };
  return tableHtml({
    label: 'Findings by class and status',
    columns: [
      { title: 'class' },
      ...statuses.map((title) => ({ title, kind: 'number' as const })),
      { title: 'all', kind: 'number' },
    ],
    rows: classes.map((name) => {
      const isOfIt = ({ divergence }: FindingHead): boolean => divergence.class === name;
      return {
        cells: [
          name,
          ...statuses.map((status) => count((head) => isOfIt(head) && head.status === status)),
          count(isOfIt),
        ],
      };
    }),
  });
}

const LIST_MAX = 2_000;

/** A line for each finding. */
export function findingListHtml({ heads, findings }: Report): Html | undefined {
  const inFull = new Set(findings.map(({ id }) => id));
  const columns = LIST_COLUMNS.filter(({ isShown }) => isShown?.(heads) ?? true);
  return tableHtml({
    label: 'Findings',
    columns: [{ title: 'finding' }, ...columns],
    rows: heads.slice(0, LIST_MAX).map((head) => ({
      cells: [
        inFull.has(head.id)
          ? findingLink(head)
          : html`<span class="code">${visibleLine(head.id, 64)}</span>`,
        ...columns.map(({ cell }) => cell(head)),
      ],
    })),
  });
}

interface ListColumn {
  readonly title: string;
  readonly cell: (head: FindingHead) => Filling;
  /** Absent for always. */
  readonly isShown?: (heads: readonly FindingHead[]) => boolean;
}

const LIST_COLUMNS: readonly ListColumn[] = [
  { title: 'status', cell: statusHtml },
  { title: 'class', cell: classHtml },
  { title: 'targets', cell: ({ targets }) => targets.map((name) => visibleLine(name)).join(' / ') },
  {
    title: 'first differing',
    cell: ({ located }) => locatedWords(located),
    isShown: (heads) => heads.some(({ located }) => locatedWords(located) !== ''),
  },
  { title: 'what', cell: ({ divergence }) => visibleLine(divergence.description, 160) },
];

const CAMPAIGNS_MAX = 500;

/** A line for each campaign, the newest first. */
export const campaignsHtml = ({ campaigns, heads }: Report): Html | undefined =>
  tableHtml({
    label: 'Campaigns',
    columns: [
      { title: 'campaign' },
      { title: 'began (UTC)' },
      { title: 'profile' },
      { title: 'seed' },
      ...['cases', 'runs', 'took', 'speed', 'diverged', 'findings'].map((title) => ({
        title,
        kind: 'number' as const,
      })),
      { title: 'ended by' },
    ],
    rows: campaigns
      .toReversed()
      .slice(0, CAMPAIGNS_MAX)
      .map((campaign) => ({
        cells: [
          countText(campaign.id),
          timeText(campaign.startedAtMs),
          visibleLine(campaign.profile, 60),
          html`<span class="code">${visibleLine(campaign.seed, 60)}</span>`,
          ...endCells(campaign, heads.filter((head) => head.campaign === campaign.id).length),
        ],
      })),
  });

function endCells({ startedAtMs, end }: Campaign, findings: number): readonly Filling[] {
  if (end === null)
    return ['', '', '', '', '', countText(findings), 'has not ended, or was killed'];
  const { endedAtMs, cases, runs, divergences, stopped } = end;
  const tookMs = Math.max(endedAtMs - startedAtMs, 1);
  return [
    countText(cases),
    countText(runs),
    durationText(tookMs),
    rateText((cases * 1000) / tookMs),
    countText(divergences),
    countText(findings),
    visibleLine(stopped, 60),
  ];
}

/** What was compared on each target, all campaigns together. */
export function targetsHtml({ campaigns }: Report): Html | undefined {
  const sums = new Map<string, CampaignTarget>();
  for (const { end } of campaigns) {
    for (const [name, target] of Object.entries(end?.targets ?? {})) {
      sums.set(name, added(sums.get(name), target));
    }
  }
  return tableHtml({
    label: 'Targets',
    columns: [
      { title: 'target' },
      { title: 'what it is' },
      ...['accepted', 'compared', 'incomparable', 'crashed', 'hung', 'restarts'].map((title) => ({
        title,
        kind: 'number' as const,
      })),
    ],
    rows: [...sums].map(([name, target]) => ({
      cells: [
        visibleLine(name),
        visibleLine(`${target.kernel}, ${target.arch}, ${target.engine}`),
        shareText(target.accepted, target.accepted + target.rejected),
        countText(target.compared),
        countText(target.incomparable),
        countText(target.crashed),
        countText(target.hung),
        countText(target.restarted),
      ],
    })),
  });
}

const COUNTS = [
  'accepted',
  'rejected',
  'compared',
  'incomparable',
  'unsupported',
  'crashed',
  'hung',
  'restarted',
] as const;

/** A kernel that was updated in between goes by its newest release. */
function added(sum: CampaignTarget | undefined, target: CampaignTarget): CampaignTarget {
  if (sum === undefined) return target;
  const counts = COUNTS.map((name) => [name, sum[name] + target[name]] as const);
  return { ...target, ...Object.fromEntries(counts) };
}
