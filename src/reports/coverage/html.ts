import { documentHtml } from '../html/document.ts';
import { escaped, type Html, trusted } from '../html/html.ts';
import { countOf, countText, shareText } from '../quantity.ts';
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
import { COVERAGE_STYLE } from './html-style.ts';
import type { CoveragePage, List } from './page.ts';

/** A page of coverage for browsers: one file that needs no server, no network and no script. */
export const coverageHtml = (page: CoveragePage): string =>
  documentHtml({
    title: TITLE,
    style: COVERAGE_STYLE,
    body: trusted(`<h1>${TITLE}</h1>\n${coverageSections(page, 'h2')}`),
  });

const TITLE = 'What bpfdiff has compared';

/** The same as a part of another page, for whose headings there are smaller ones. */
export const coveragePart = (page: CoveragePage): Html => trusted(coverageSections(page, 'h3'));

function coverageSections(page: CoveragePage, heading: Heading): string {
  const { campaigns, cases, divergences, grids, lists } = page;
  const totals = `${countOf(campaigns, 'campaign')}, ${countOf(cases, 'case')}, ${countText(divergences)} diverged.`;
  return `<div class="coverage">
<p>${totals} What has not been compared is marked <i class="c x">×</i>.</p>
${legend()}
${overview(page)}
<nav aria-label="Heat maps">${[
    ...grids.map(({ id, title }) => [id, title]),
    ...lists.map(({ title }, i) => [`list${i}`, title]),
  ]
    .map(([id, title]) => `<a href="#${id}">${escaped(title)}</a>`)
    .join(' ')}</nav>
${grids.map((grid) => gridSection(grid, heading)).join('\n')}
${lists.map((list, i) => listSection(list, i, heading)).join('\n')}
</div>`;
}

type Heading = 'h2' | 'h3';

const legend = (): string =>
  `<p class="legend">${[
    '<span><i class="c x">×</i> never</span>',
    ...LEVEL_NAMES.map((name, i) => `<span><i class="c l${i + 1}"></i> ${name}</span>`),
    '<span><i class="c n"></i> none known</span>',
  ].join(' ')}</p>`;

/** What of everything each target was compared with. */
function overview({ targets, grids }: CoveragePage): string {
  const shared = grids.filter(({ detailOf }) => detailOf === undefined);
  const heading = ['target', 'kernel', 'compared', 'accepted', ...shared.map(({ id }) => id)];
  const rows = targets.map(
    ({ name, kernel, arch, engine, compared, accepted, rejected, shares }) => [
      escaped(name),
      escaped(`${kernel}, ${arch}, ${engine}`),
      countText(compared),
      escaped(shareText(accepted, accepted + rejected)),
      ...shared.map(({ id }) => {
        const { reached, known } = shares[id];
        return `<span title="${countText(reached)} of ${countText(known)}">${escaped(shareText(reached, known))}</span>`;
      }),
    ],
  );
  const cells = ([first, ...others]: readonly string[]): string =>
    `<tr><th scope="row">${first}</th>${others.map((text) => `<td>${text}</td>`).join('')}</tr>`;
  return `<div class="wide" tabindex="0" role="region" aria-label="Kernels">
<table><tr>${heading.map((text) => `<th scope="col">${text}</th>`).join('')}</tr>
${rows.map(cells).join('\n')}
</table></div>`;
}

function gridSection(grid: Grid, heading: Heading): string {
  const { reached, known } = shareOf(grid);
  const missed = missedRows(grid);
  return `<section id="${grid.id}">
<${heading}>${escaped(grid.title)} <small>${countText(reached)} of ${countText(known)}, ${escaped(shareText(reached, known))}</small></${heading}>
<p>${escaped(grid.note)}</p>
${missed.length === 0 ? '' : `<p class="missed"><b>Never, ${missed.length}:</b> ${missed.map(escaped).join(', ')}</p>`}
<div class="panels">
${panelsOf(grid)
  .map((rows) => panel(grid, rows))
  .join('\n')}
</div>
</section>`;
}

/** Beside each other where there is room: groups of rows, cut where they are long. */
function panelsOf({ rows }: Grid): readonly (readonly Row[])[] {
  const panels: Row[][] = [];
  for (const row of rows) {
    const last = panels.at(-1);
    if (last !== undefined && last[0].group === row.group && last.length < PANEL_ROWS)
      last.push(row);
    else panels.push([row]);
  }
  return panels;
}

const PANEL_ROWS = 50;

/** Rows of one group, below the names of the columns and of their groups. */
function panel({ columns }: Grid, rows: readonly Row[]): string {
  const [{ group }] = rows;
  const gaps = columns.map(({ group }, i) => i > 0 && columns[i - 1].group !== group);
  const names = columns.map(
    ({ name }, i) => `<span${gaps[i] ? ' class="g"' : ''}>${escaped(name)}</span>`,
  );
  return `<div class="wide">${group === undefined ? '' : `<p class="group">${escaped(group)}</p>`}
<div class="map" style="--columns:${columns.length}">
${groupNames(columns)}<b></b>${names.join('')}
${rows.map((row) => rowHtml(row, columns, gaps)).join('\n')}
</div></div>`;
}

/** One cell for each group of columns, as wide as they are; none where there are no groups. */
function groupNames(columns: Grid['columns']): string {
  if (columns.every(({ group }) => group === undefined)) return '';
  const spans: { readonly name: string; columns: number }[] = [];
  for (const { group: name = '' } of columns) {
    const last = spans.at(-1);
    if (last?.name === name) last.columns++;
    else spans.push({ name, columns: 1 });
  }
  const cells = spans.map(
    ({ name, columns }) => `<em style="grid-column: span ${columns}">${escaped(name)}</em>`,
  );
  return `<b></b>${cells.join('')}\n`;
}

const rowHtml = (row: Row, columns: Grid['columns'], gaps: readonly boolean[]): string =>
  `<b${isMissed(row) ? ' class="x"' : ''}>${escaped(row.name)}</b>${row.cells
    .map((cell, i) => cellHtml(cell, columns[i].name, gaps[i] ? ' g' : ''))
    .join('')}`;

function cellHtml(cell: Cell, column: string, more: '' | ' g'): string {
  if (cell === 'none') return `<i class="n${more}"></i>`;
  const title = `${escaped(column)}: ${cell === 0 ? 'never' : countText(cell)}`;
  return cell === 0
    ? `<i class="x${more}" title="${title}">×</i>`
    : `<i class="l${levelOf(cell)}${more}" title="${title}"></i>`;
}

const listSection = ({ title, note, entries }: List, index: number, heading: Heading): string =>
  `<section id="list${index}"><${heading}>${escaped(title)} <small>${countText(entries.length)}</small></${heading}>
<p>${escaped(note)}</p>
<div class="wide"><table>${entries
    .map(([name, count]) => `<tr><td>${countText(count)}</td><td>${escaped(name)}</td></tr>`)
    .join('\n')}</table></div></section>`;
