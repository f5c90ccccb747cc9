import { PLAIN, type Style, type Tone } from './style.ts';

/** A cell without a tone is a plain string. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export type Align = 'left' | 'right';

export interface TableOptions {
  /** One for each column; columns beyond are aligned left. */
  readonly align?: readonly Align[];
  /** The most columns that a line takes; the last cell is cut to it. No limit where it is absent. */
  readonly width?: number;
  /** Stands for what was cut off; one column. */
  readonly cutMark?: string;
  readonly style?: Style;
}

/**
 * Lines of a table, its columns as wide as their widest cell and two spaces apart. Cells hold one line
 * of characters that are one column wide each. The last cell of a row does not widen its column, so a
 * row may be shorter than others.
 */
export function tableLines(
  rows: readonly (readonly Cell[])[],
  { align = [], width = Number.POSITIVE_INFINITY, cutMark = '~', style = PLAIN }: TableOptions = {},
): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => {
    let room = width;
    const cells = row.map((cell, column) => {
      const isLast = column === row.length - 1 && align[column] !== 'right';
      const padded = isLast ? textOf(cell) : pad(textOf(cell), widths[column], align[column]);
      const text = cutTo(padded, Math.max(room, 0), cutMark);
      room -= text.length + GAP.length;
      return typeof cell === 'string' || text.trim() === '' ? text : style(cell.tone, text);
    });
    return cells.join(GAP).trimEnd();
  });
}

/** The text, or its beginning with a mark behind where it is longer than that. */
export function cutTo(text: string, columns: number, cutMark: string): string {
  if (text.length <= columns) return text;
  return columns <= 0 ? '' : text.slice(0, columns - 1) + cutMark;
}

const GAP = '  ';

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

const pad = (text: string, width: number, align: Align | undefined): string =>
  align === 'right' ? text.padStart(width) : text.padEnd(width);

/** The last cell of a row counts where a cell of another row stands in the middle of that column. */
function columnWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      if (column === row.length - 1 && row.length < longest(rows)) continue;
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    }
  }
  return widths;
}

const longest = (rows: readonly (readonly Cell[])[]): number =>
  Math.max(...rows.map(({ length }) => length));
