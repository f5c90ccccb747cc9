import { printable } from '../printable.ts';
import { countOf, countText, shareText } from '../quantity.ts';
import type { Style, Tone } from '../style.ts';
import { cutTo, type Cell as TableCell, tableLines } from '../table.ts';
import type { TextOptions } from '../text-options.ts';
import {
  type Cell,
  type Grid,
  isMissed,
  LEVEL_NAMES,
  levelOf,
  missedRows,
  type Row,
  shareOf,
} from './grid.ts';
import type { CoveragePage, List } from './page.ts';

/** Characters of one column each. */
export interface HeatGlyphs {
  /** For the levels above 0. */
  readonly heat: readonly [string, string, string, string];
  /** For what was not reached. */
  readonly missed: string;
  /** Where there is nothing to be reached. */
  readonly nothing: string;
}

/** How it is laid out. */
export interface CoverageOptions extends TextOptions {
  readonly glyphs: HeatGlyphs;
}

/** A page of coverage for a terminal: a table of the targets, a heat map for each group, lists. */
export function coverageText(page: CoveragePage, options: CoverageOptions): string {
  return [
    totals(page),
    '',
    ...targetLines(page, options),
    '',
    ...levelLines(options),
    ...page.grids.flatMap((grid) => ['', ...gridLines(grid, options)]),
    ...page.lists.flatMap((list) => ['', ...listLines(list, options)]),
    '',
  ].join('\n');
}

function levelLines({ width, style, glyphs }: CoverageOptions): readonly string[] {
  const [never, ...lines] = wrapped(
    [
      `${glyphs.missed} never`,
      ...LEVEL_NAMES.map((name, i) => `${glyphs.heat[i]} ${name}`),
      `${glyphs.nothing} none known`,
    ],
    '   ',
    width,
  );
  const word = `${glyphs.missed} never`;
  return [never.replace(word, style('bad', word)), ...lines];
}

const totals = ({ campaigns, cases, divergences }: CoveragePage): string =>
  `${countOf(campaigns, 'campaign')}, ${countOf(cases, 'case')}, ${countText(divergences)} diverged`;

/** What of everything each target was compared with. */
function targetLines({ targets, grids }: CoveragePage, { width, style }: TextOptions) {
  const ids = grids.filter(({ detailOf }) => detailOf === undefined).map(({ id }) => id);
  const heading = ['target', 'compared', 'accepted', ...ids];
  return tableLines(
    [
      heading.map((text): TableCell => ({ text, tone: 'faint' })),
      ...targets.map(({ name, compared, accepted, rejected, shares }) => [
        name,
        countText(compared),
        shareText(accepted, accepted + rejected),
        ...ids.map((id) => shareText(shares[id].reached, shares[id].known)),
      ]),
    ],
    { align: ['left', ...heading.slice(1).map(() => 'right' as const)], width, style },
  );
}

/** A heat map, in as many panels beside each other as the width takes. */
function gridLines(grid: Grid, { width, style, glyphs }: CoverageOptions): readonly string[] {
  const { reached, known } = shareOf(grid);
  const share = `${countText(reached)} of ${countText(known)} (${shareText(reached, known)})`;
  const places = placesOf(grid.columns);
  const letters = places.map(({ gap, letter }) => gap + letter).join('');
  const nameWidth = Math.min(
    Math.max(...grid.rows.map(({ name }) => name.length)),
    Math.max(width - letters.length - 1, NAME_WIDTH_MIN),
  );
  const panelWidth = nameWidth + 1 + letters.length + PANEL_GAP.length;
  const panels = Math.max(1, Math.floor((width + PANEL_GAP.length) / panelWidth));
  const heading = `${' '.repeat(nameWidth + 1)}${letters}`;
  const legend = new Map(places.map(({ letter }, i) => [letter, grid.columns[i].name]));
  const missed = missedRows(grid);
  return [
    `${style('strong', grid.title)}: ${share}`,
    ...[
      ...wrapped(grid.note.split(' '), ' ', width),
      ...wrapped(
        [...legend].map(([letter, name]) => `${letter} ${name}`),
        '  ',
        width,
      ),
    ].map((line) => style('faint', line)),
    ...besideEachOther(
      grid.rows.map((row) => {
        const name = cutTo(row.name, nameWidth, '~').padEnd(nameWidth);
        return `${isMissed(row) ? style('bad', name) : name} ${marks(row, places, glyphs, style)}`;
      }),
      panels,
      style('faint', heading),
    ),
    ...missedLines(missed, glyphs, width).map((line) => style('bad', line)),
  ];
}

const missedLines = (missed: readonly string[], glyphs: HeatGlyphs, width: number) =>
  missed.length === 0 ? [] : wrapped([`${glyphs.missed} never:`, ...missed], '  ', width);

const NAME_WIDTH_MIN = 12;
const PANEL_GAP = '   ';

/** What stands above a column. */
interface Place {
  readonly letter: string;
  /** A space before each group but the first. */
  readonly gap: '' | ' ';
}

/** A letter for each name: groups with the same names have the same letters. */
function placesOf(columns: Grid['columns']): readonly Place[] {
  const names = [...new Set(columns.map(({ name }) => name))];
  return columns.map(({ name, group }, i) => ({
    letter: LETTERS[names.indexOf(name)] ?? ' ',
    gap: i > 0 && columns[i - 1].group !== group ? ' ' : '',
  }));
}

/** Those that stand above columns; beyond them there is none. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The cells of a row; neighbours of one tone are coloured together. */
function marks({ cells }: Row, places: readonly Place[], glyphs: HeatGlyphs, style: Style): string {
  const stretches: { tone: Tone; text: string }[] = [];
  for (const [i, cell] of cells.entries()) {
    const { glyph, tone } = markOf(cell, glyphs);
    const last = stretches.at(-1);
    if (last?.tone === tone) last.text += places[i].gap + glyph;
    else stretches.push({ tone, text: places[i].gap + glyph });
  }
  return stretches.map(({ tone, text }) => style(tone, text)).join('');
}

function markOf(
  cell: Cell,
  { heat, missed, nothing }: HeatGlyphs,
): { readonly glyph: string; readonly tone: Tone } {
  if (cell === 'none') return { glyph: nothing, tone: 'faint' };
  const level = levelOf(cell);
  return level === 0 ? { glyph: missed, tone: 'bad' } : { glyph: heat[level - 1], tone: 'good' };
}

/** Lines of one width as panels, one column after the other. */
function besideEachOther(
  lines: readonly string[],
  panels: number,
  heading: string,
): readonly string[] {
  const height = Math.ceil(lines.length / panels);
  const used = Math.ceil(lines.length / height);
  return [
    Array<string>(used).fill(heading).join(PANEL_GAP),
    ...Array.from({ length: height }, (_, line) =>
      Array.from({ length: used }, (_, panel) => lines[panel * height + line])
        .filter((part) => part !== undefined)
        .join(PANEL_GAP),
    ),
  ];
}

/** Entries of a list that a terminal is given. */
const LIST_SHOWN = 24;

function listLines({ title, note, entries, shown }: List, { width, style }: TextOptions) {
  const count = shown === 'all' ? entries.length : LIST_SHOWN;
  const left = entries.length - count;
  return [
    `${style('strong', title)}: ${countText(entries.length)}`,
    style('faint', cutTo(note, width, '~')),
    ...tableLines(
      entries.slice(0, count).map(([name, count]) => [countText(count), printable(name)]),
      { align: ['right'], width, style },
    ),
    ...(left > 0 ? [`and ${countText(left)} more: --html has all`] : []),
  ];
}

/** Parts in lines that are no longer than that, where no part is. */
function wrapped(parts: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}${separator}${part}`;
    if (longer.length <= width || line === '') line = longer;
    else {
      lines.push(line);
      line = part;
    }
  }
  return [...lines, line];
}
