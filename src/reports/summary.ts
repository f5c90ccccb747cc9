import type { Summary, TargetSummary } from '../campaign/events.ts';
import { identityText } from './names.ts';
import { countOf, countText, durationText, rateText, shareText } from './quantity.ts';
import { type Cell, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** What a campaign came to, for people: totals, a line for each target, excuses, and findings. */
export function summaryText(summary: Summary, options: TextOptions): string {
  return [
    totals(summary),
    '',
    ...targetLines(summary, options),
    ...excusedLines(summary),
    '',
    ...verdictLines(summary, options),
    '',
  ].join('\n');
}

function totals({ seed, cases, runs, durationMs, casesPerSecond, stopped }: Summary): string {
  const amount = `${countOf(cases, 'case')}, ${countOf(runs, 'run')}`;
  const time = `${durationText(durationMs)}, ${rateText(casesPerSecond)}`;
  return `${amount} in ${time}, seed ${seed}${ENDS[stopped]}`;
}

const ENDS = {
  limit: '',
  interrupted: ', interrupted',
  'max-findings': ', ended by the number of findings',
} as const satisfies Record<Summary['stopped'], string>;

function targetLines({ targets }: Summary, { width, style }: TextOptions): readonly string[] {
  const rows = Object.entries(targets);
  const counted = COLUMNS.filter(
    ({ count, isRare }) => !isRare || rows.some(([, target]) => count(target) > 0),
  );
  const heading: readonly Cell[] = [
    'target',
    ...counted.map(({ heading }) => heading),
    'what it is',
  ].map((text) => ({ text, tone: 'faint' }));
  return tableLines(
    [
      heading,
      ...rows.map(([name, target]) => [
        name,
        ...counted.map(({ count, text }) => (text ?? ((t) => countText(count(t))))(target)),
        identityText(target),
      ]),
    ],
    { align: ['left', ...counted.map(() => 'right' as const)], width, style },
  );
}

interface Column {
  readonly heading: string;
  readonly count: (target: TargetSummary) => number;
  /** Where it isn't the count itself. */
  readonly text?: (target: TargetSummary) => string;
  /** Left out where it is 0 for every target. */
  readonly isRare?: true;
}

const casesOf = ({ accepted, rejected, crashed, hung }: TargetSummary): number =>
  accepted + rejected + crashed + hung;

const COLUMNS: readonly Column[] = [
  { heading: 'cases', count: casesOf },
  {
    heading: 'accepted',
    count: ({ accepted }) => accepted,
    text: (target) => shareText(target.accepted, casesOf(target)),
  },
  { heading: 'compared', count: ({ compared }) => compared },
  { heading: 'incomparable', count: ({ incomparable }) => incomparable },
  { heading: 'unsupported', count: ({ unsupported }) => unsupported, isRare: true },
  { heading: 'crashed', count: ({ crashed }) => crashed, isRare: true },
  { heading: 'hung', count: ({ hung }) => hung, isRare: true },
  { heading: 'restarted', count: ({ restarted }) => restarted, isRare: true },
];

function excusedLines({ excused }: Summary): readonly string[] {
  const rules = Object.entries(excused).sort(([, a], [, b]) => b - a);
  if (rules.length === 0) return [];
  return [`incomparable by rule: ${rules.map(([r, n]) => `${r} ${countText(n)}`).join(', ')}`];
}

function verdictLines(
  { divergences, findings }: Summary,
  { style }: TextOptions,
): readonly string[] {
  if (divergences === 0) return [style('good', 'no divergence')];
  const count = `${countOf(divergences, 'case')} diverged, ${countOf(findings.length, 'finding')}`;
  return [
    style('bad', `${count}${findings.length > 0 ? ':' : ''}`),
    ...findings.map((finding) => `  bpfdiff corpus show ${finding}`),
  ];
}
