import type { Case } from '../case/case.ts';
import type { Observed } from '../compare/compare.ts';
import { hexBytes } from './hex-dump.ts';
import { emulatorsText, infoText, isEmulator } from './names.ts';
import { agrees, firstDifference, type Observation, observationsOf } from './observations.ts';
import { printable } from './printable.ts';
import type { Tone } from './style.ts';
import { type Cell, cutTo, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/**
 * What each target observed of a case, side by side: a row for each observation, a column for each
 * target, `!` before a row in which they differ. Bytes are shown from the first that differs. Where
 * the columns would be too narrow, each answer stands in a line of its own and the targets that gave it
 * below; one that all gave stands behind the row's name.
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
  if (columns < COLUMNS_MIN) {
    const room = width - ANSWER_INDENT.length;
    return [
      ...identityLines(observed, { width, style }),
      ...stacked(
        shown.map((observation) => rowOf(observation, room)),
        names,
        { width, style },
      ),
    ];
  }
  const rows: readonly Row[] = [
    { label: '  target', cells: observed.map(({ info }) => infoText(info)) },
    ...shown.map((observation) => rowOf(observation, columns)),
  ];
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

/** What each target is; several emulators in one line. */
function identityLines(
  observed: readonly Observed[],
  { width, style }: TextOptions,
): readonly string[] {
  const emulators = observed.filter(({ info }) => isEmulator(info));
  const folds = emulators.length > 1;
  const rows = observed
    .filter(({ info }) => !folds || !isEmulator(info))
    .map(({ name, info }) => [`    ${printable(name)}`, infoText(info)]);
  const folded = [
    `    ${emulators.length} emulators`,
    emulatorsText(emulators.map(({ info }) => info.kernel)),
  ];
  return ['  target', ...tableLines(folds ? [folded, ...rows] : rows, { width, style })];
}

/** Rows in which all agree take a line each, the others two or more for each answer. */
function stacked(
  rows: readonly Row[],
  names: readonly string[],
  { width, style }: TextOptions,
): readonly string[] {
  const labels = Math.max(...rows.map(({ label }) => label.length));
  return rows.flatMap(({ label, cells, tone }) => {
    if (tone === undefined) {
      const answer = cells.find((text) => text !== '') ?? '';
      return [cutTo(`${label.padEnd(labels)}  ${answer}`.trimEnd(), width, CUT)];
    }
    // Those that did not come so far have no text.
    const texts = [...new Set(cells)].filter((text) => text !== '');
    const answers = texts.flatMap((text) => [
      style(tone, cutTo(ANSWER_INDENT + text, width, CUT)),
      ...wrapped(
        names.filter((_, i) => cells[i] === text),
        width - NAMES_INDENT.length,
      ).map((line) => NAMES_INDENT + line),
    ]);
    return [cutTo(label, width, CUT), ...answers];
  });
}

const ANSWER_INDENT = '    ';
const NAMES_INDENT = '      ';

/** Words in lines that are no wider than that. */
function wrapped(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const [i, word] of words.entries()) {
    const text = i < words.length - 1 ? `${word},` : word;
    const longer = lines.length === 0 ? text : `${lines.at(-1)} ${text}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(cutTo(text, width, CUT));
  }
  return lines;
}

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
export function withoutAgreeingCrowd(observations: readonly Observation[]): readonly Observation[] {
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
