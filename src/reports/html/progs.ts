import type { Case } from '../../case/case.ts';
import type { Located } from '../../localise/located.ts';
import { type ProgRow, progRows } from '../prog-text.ts';
import { countOf } from '../quantity.ts';
import { type Html, html } from './html.ts';

/** The disassembly of the progs; the insn at which targets begin to differ is marked. */
export const progsHtml = ({ progs, progType, attachBtf }: Case, located: Located | null): Html => {
  const type = attachBtf === undefined ? progType : `${progType} on ${attachBtf}`;
  return html`${progs.map(({ insns }, prog) => {
    const name = progs.length === 1 ? 'Prog' : `Prog ${prog}`;
    const marked = located?.kind === 'insn' && located.prog === prog ? located.insn : undefined;
    return html`<h4>${name}, ${type}, ${countOf(insns.length, 'insn')}</h4>
<pre class="wide" tabindex="0">${linesOf(progRows(insns), marked)}</pre>
`;
  })}`;
};

const ROWS_MAX = 200;

/** Those around the marked one where there are too many. */
function linesOf(rows: readonly ProgRow[], marked: number | undefined): readonly Html[] {
  const middle = rows.findIndex(({ index }) => index === marked);
  const first = Math.max(0, Math.min(middle - ROWS_MAX / 2, rows.length - ROWS_MAX));
  const shown = rows.slice(first, first + ROWS_MAX);
  const behind = rows.length - first - shown.length;
  return [
    ...(first > 0 ? [html`      … ${first} lines before\n`] : []),
    ...shown.map((row) => lineHtml(row, marked)),
    ...(behind > 0 ? [html`      … ${behind} more lines\n`] : []),
  ];
}

function lineHtml({ kind, index, slot, text }: ProgRow, marked: number | undefined): Html {
  if (kind === 'label') return html`        ${text}\n`;
  const line = html`<small>${slot.toString().padStart(4)}</small>  ${text}`;
  return index === marked ? html`<mark>→${line}  differs from here</mark>\n` : html` ${line}\n`;
}
