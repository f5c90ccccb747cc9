import type { Summary, TargetCounts } from '../campaign/events.ts';
import { causeNamed } from '../causes/causes.ts';
import { changeNamed } from '../causes/changes.ts';
import { jumpWays, jumpWaysText } from './jump-ways.ts';
import { emulatorsText, identityText, isEmulator } from './names.ts';
import { printable } from './printable.ts';
import { countOf, countText, durationText, rateText, shareText } from './quantity.ts';
import { rejectionLines } from './rejections.ts';
import { sumOfCounts } from './sum-of-counts.ts';
import { type Cell, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** What a campaign came to, for people: totals, a line for each target, excuses, and findings. */
export function summaryText(summary: Summary, options: TextOptions): string {
  const { counts, identities } = targetLines(summary, options);
  const rejections = rejectionLines(summary, options);
  const rejected = rejections.length === 0 ? [] : ['', ...rejections];
  return [
    totals(summary),
    '',
    ...counts,
    ...excusedLines(summary),
    ...jumpLines(summary),
    ...identities,
    ...rejected,
    '',
    ...causeLines(summary),
    ...knownLines(summary),
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

/** A row of the table: a target, or all emulators together. */
interface Row {
  readonly name: string;
  readonly counts: TargetCounts;
  readonly identity: string;
  readonly engine: string;
  /** What the engines of a kernel share. */
  readonly machine: string;
}

/** Counts by target. What each one is stands behind them where there is room, below them elsewhere. */
function targetLines(
  { targets }: Summary,
  { width, style }: TextOptions,
): { readonly counts: readonly string[]; readonly identities: readonly string[] } {
  const rows = rowsOf(targets);
  const counted = COLUMNS.filter(
    ({ count, isRare }) => !isRare || rows.some(({ counts }) => count(counts) > 0),
  );
  const options = {
    align: ['left', ...counted.map(() => 'right' as const)],
    width,
    style,
  } as const;
  const heading = (...more: readonly string[]): readonly Cell[] =>
    ['target', ...counted.map((column) => column.heading), ...more].map((text) => ({
      text,
      tone: 'faint',
    }));
  const cells = ({ name, counts }: Row): readonly string[] => [
    name,
    ...counted.map(({ count, text }) => (text ?? ((c) => countText(count(c))))(counts)),
  ];
  const wide = [heading(IDENTITY), ...rows.map((row) => [...cells(row), row.identity])];
  const fits = tableLines(wide, { align: options.align }).every(({ length }) => length <= width);
  if (fits) return { counts: tableLines(wide, options), identities: [] };
  return {
    counts: tableLines([heading(), ...rows.map(cells)], options),
    identities: ['', ...identityLines(rows, { width, style })],
  };
}

/** What each kernel is; its engines share a line. */
function identityLines(rows: readonly Row[], { width, style }: TextOptions): readonly string[] {
  const machines = new Map<string, readonly Row[]>();
  for (const row of rows) machines.set(row.machine, [...(machines.get(row.machine) ?? []), row]);
  return tableLines(
    [
      ['kernel', IDENTITY].map((text): Cell => ({ text, tone: 'faint' })),
      ...[...machines].map(([machine, [first, ...others]]) => [
        others.length === 0 ? first.name : machine,
        [first.identity, ...others.map(({ engine }) => engine)].join(' and '),
      ]),
    ],
    { width, style },
  );
}

const IDENTITY = 'what it is';

/** The emulators, where there are several, repeat what the kernels' rows say: they are one. */
function rowsOf(targets: Summary['targets']): readonly Row[] {
  const all = Object.entries(targets).map(([name, target]) => ({ name, target }));
  const emulators = all.filter(({ target }) => isEmulator(target)).map(({ target }) => target);
  const folds = emulators.length > 1;
  const rows = all
    .filter(({ target }) => !folds || !isEmulator(target))
    .map(({ name, target }) => ({
      name,
      counts: target,
      identity: identityText(target),
      engine: target.engine,
      machine: isEmulator(target) ? name : name.split(':')[0],
    }));
  if (!folds) return rows;
  const name = `${emulators.length} emulators`;
  return [
    {
      name,
      machine: name,
      engine: 'emulator',
      counts: sumOfCounts(emulators),
      identity: emulatorsText(emulators.map(({ kernel }) => kernel)),
    },
    ...rows,
  ];
}

interface Column {
  readonly heading: string;
  readonly count: (target: TargetCounts) => number;
  /** Where it isn't the count itself. */
  readonly text?: (target: TargetCounts) => string;
  /** Left out where it is 0 for every target. */
  readonly isRare?: true;
}

const casesOf = ({ accepted, rejected, crashed, hung }: TargetCounts): number =>
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

/** What divergences came of, where that is known: the mistakes of kernels, then changes. */
function causeLines({ causes }: Summary): readonly string[] {
  const counted = Object.entries(causes).sort(([, a], [, b]) => b - a);
  if (counted.length === 0) return [];
  const lines = counted.map(([cause, count]) => {
    const change = changeNamed(cause);
    const text = change ? `${change.what} ${change.source}.` : causeNamed(cause)?.reason;
    const name = `  ${printable(cause)}: ${countText(count)}`;
    return text === undefined ? [name] : [name, `    ${text}`];
  });
  return ['divergences by cause:', ...lines.flat(), ''];
}

/** What is no finding, as the corpus has a rule for it. */
function knownLines({ known }: Summary): readonly string[] {
  const counted = Object.entries(known).sort(([, a], [, b]) => b - a);
  if (counted.length === 0) return [];
  const rules = counted.map(([rule, count]) => `${printable(rule)} ${countText(count)}`);
  return [`known already, by rule: ${rules.join(', ')}`];
}

/** Of the target that was compared most, which stands for all. */
function jumpLines({ targets }: Summary): readonly string[] {
  const [most] = Object.values(targets).sort((a, b) => b.compared - a.compared);
  const ways = jumpWays(most?.reach.branches ?? {});
  return ways.insns === 0 ? [] : [jumpWaysText(ways)];
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
