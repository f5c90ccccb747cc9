import type { Case } from '../case/case.ts';
import type { Observed } from '../compare/compare.ts';
import { hexBytes } from './hex-dump.ts';
import { infoText } from './names.ts';
import { agrees, firstDifference, type Observation, observationsOf } from './observations.ts';
import { printable } from './printable.ts';
import type { Tone } from './style.ts';
import { type Cell, cutTo, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/**
 * What each target observed of a case, side by side: a row for each observation, a column for each
 * target, `!` before a row in which they differ. Bytes are shown from the first that differs. Where
 * the columns would be too narrow, the targets stand below each other.
 */
export function outcomesTable(
  testCase: Case,
  observed: readonly Observed[],
  { width, style }: TextOptions,
): readonly string[] {
  const observations = observationsOf(
    testCase,
    observed.map(({ outcome }) => outcome),
  );
  const names = observed.map(({ name }) => printable(name));
  const shown = withoutAgreeingCrowd(observations);
  const labels = Math.max(...shown.map(({ label }) => label.length), 'target'.length);
  const columns = Math.floor((width - MARK_COLUMNS - labels) / observed.length) - GAP_COLUMNS;
  const rows: readonly Row[] = [
    { label: '  target', cells: observed.map(({ info }) => infoText(info)) },
    ...shown.map((observation) => rowOf(observation, Math.max(columns, COLUMNS_MIN))),
  ];
  if (columns < COLUMNS_MIN) return stacked(rows, names, { width, style });
  const heading = names.map((text): Cell => ({ text, tone: 'strong' }));
  return tableLines(
    [
      ['', ...heading],
      ...rows.map((row) => [
        row.label,
        ...row.cells.map((text) => toned(cutTo(text, columns, CUT), row)),
      ]),
    ],
    { width, style },
  );
}

interface Row {
  /** Begins with `!` where the targets differ, and with a space where they agree. */
  readonly label: string;
  readonly cells: readonly string[];
  readonly tone?: Tone;
}

const toned = (text: string, { tone }: Row): Cell => (tone === undefined ? text : { text, tone });

/** Each label on a line of its own, and below it a line for each target. */
const stacked = (
  rows: readonly Row[],
  names: readonly string[],
  { width, style }: TextOptions,
): readonly string[] =>
  rows.flatMap((row) => [
    cutTo(row.label, width, CUT),
    ...tableLines(
      row.cells.map((text, i) => [`    ${names[i]}`, toned(text, row)]),
      { width, style },
    ),
  ]);

const CUT = '~';
const MARK_COLUMNS = 2;
const GAP_COLUMNS = 2;
/** A narrower column shows nothing that is worth reading. */
const COLUMNS_MIN = 16;
/** Rows in which all agree; more of them hide those that matter. */
const AGREEING_MAX = 24;

function rowOf(observation: Observation, columns: number): Row {
  const { label } = observation;
  const cells = cellTexts(observation, columns);
  return agrees(observation)
    ? { label: `  ${label}`, cells }
    : { label: `! ${label}`, cells, tone: 'bad' };
}

function cellTexts(observation: Observation, columns: number): readonly string[] {
  if (observation.kind === 'words')
    return observation.values.map((value) => printable(value ?? ''));
  const from = firstDifference(observation.values) ?? 0;
  return observation.values.map((value) => bytesText(value, from, columns));
}

function bytesText(value: Uint8Array | null | undefined, from: number, columns: number): string {
  if (value === undefined) return '';
  if (value === null) return 'none';
  const at = from === 0 ? '' : `@${from} `;
  if (from >= value.length) return `${at}end`;
  const text = hexBytes(value.subarray(from, from + columns)).replaceAll(' ', '');
  return cutTo(at + text, columns, CUT);
}

/** All that differ, and the first of those that agree, with a row that counts the rest. */
function withoutAgreeingCrowd(observations: readonly Observation[]): readonly Observation[] {
  let agreeing = 0;
  const shown = observations.filter((observation) => {
    if (!agrees(observation)) return true;
    agreeing++;
    return agreeing <= AGREEING_MAX;
  });
  const hidden = observations.length - shown.length;
  if (hidden === 0) return shown;
  return [...shown, { kind: 'words', label: `${hidden} more rows agree`, values: [] }];
}
