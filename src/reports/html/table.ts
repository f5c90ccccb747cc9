import { type Filling, type Html, html } from './html.ts';

/** A column; `number` is aligned right. */
export interface Column {
  readonly title: Filling;
  readonly kind?: 'number';
}

export interface Table {
  /** What it holds, for who can't see it. */
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Row {
  /** The first names the row. */
  readonly cells: readonly Filling[];
  /** A class of its style. */
  readonly tone?: string;
}

/** A table that scrolls by itself where it is too wide; without rows nothing. */
export function tableHtml({ label, columns, rows }: Table): Html | undefined {
  if (rows.length === 0) return undefined;
  const heading = columns.map(
    ({ title, kind }) => html`<th scope="col"${numberClass(kind)}>${title}</th>`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="${label}">
<table><thead><tr>${heading}</tr></thead>
<tbody>
${rows.map((row) => html`${rowHtml(row, columns)}\n`)}</tbody></table></div>`;
}

const rowHtml = ({ cells, tone }: Row, columns: readonly Column[]): Html =>
  html`<tr${tone === undefined ? '' : html` class="${tone}"`}>${cells.map((cell, i) =>
    i === 0
      ? html`<th scope="row">${cell}</th>`
      : html`<td${numberClass(columns[i]?.kind)}>${cell}</td>`,
  )}</tr>`;

const numberClass = (kind: Column['kind']): Html | undefined =>
  kind === undefined ? undefined : html` class="number"`;
