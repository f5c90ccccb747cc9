/** A heat map: how often each of what there is was compared. Plain data, drawn by text.ts and html.ts. */
export interface Grid {
  /** One word, such as `helpers`. */
  readonly id: string;
  readonly title: string;
  /** What its counts are. */
  readonly note: string;
  /** The grid whose rows it tells more of: then its share says nothing new. */
  readonly detailOf?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly name: string;
  /** Neighbours of one group stand together. */
  readonly group?: string;
  /** Which rows could have a count here is not known: it is no part of a share. */
  readonly open?: true;
}

export interface Row {
  readonly name: string;
  readonly group?: string;
  /** One for each column. */
  readonly cells: readonly Cell[];
}

/** A count: 0 for what there is and was not reached; `none` where there is no such thing. */
export type Cell = number | 'none';

/** How much of what there is was reached. */
export interface Share {
  readonly reached: number;
  readonly known: number;
}

/** Of the cells of a grid. */
export function shareOf({ columns, rows }: Pick<Grid, 'columns' | 'rows'>): Share {
  const cells = rows.flatMap((row) =>
    row.cells.filter((cell, i) => cell !== 'none' && columns[i].open === undefined),
  );
  return { reached: cells.filter((cell) => cell !== 0).length, known: cells.length };
}

/** Whether there was something to be reached in a row, and nothing was. */
export const isMissed = ({ cells }: Row): boolean =>
  cells.includes(0) && cells.every((cell) => cell === 0 || cell === 'none');

/** The names of rows of which nothing was reached. */
export const missedRows = ({ rows }: Pick<Grid, 'rows'>): readonly string[] =>
  rows.filter(isMissed).map(({ name }) => name);

/** How often: 0 for never, then 1 for 1 to 9, 2 for 10 to 99, 3 for 100 to 999, 4 for more. */
export const levelOf = (count: number): 0 | 1 | 2 | 3 | 4 => {
  if (count === 0) return 0;
  return Math.min(1 + Math.floor(Math.log10(count)), 4) as 1 | 2 | 3 | 4;
};

/** What the levels above 0 stand for. */
export const LEVEL_NAMES = ['1 to 9', '10 to 99', '100 to 999', '1,000 and more'] as const;
