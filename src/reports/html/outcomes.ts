import type { Case } from '../../case/case.ts';
import type { Observed } from '../../compare/compare.ts';
import { infoText } from '../names.ts';
import { agrees, firstDifference, type Observation, observationsOf } from '../observations.ts';
import { withoutAgreeingCrowd } from '../outcomes.ts';
import { visibleLine } from '../visible.ts';
import { type Filling, type Html, html } from './html.ts';
import { type Row, tableHtml } from './table.ts';

const ROWS_MAX = 80;

/** What each target observed, side by side: rows in which they differ and the bytes that do are marked. */
export function outcomesHtml(testCase: Case, observed: readonly Observed[]): Html | undefined {
  const observations = withoutAgreeingCrowd(
    observationsOf(
      testCase,
      observed.map(({ outcome }) => outcome),
    ),
  );
  const more = observations.length - ROWS_MAX;
  const rest: Row = { cells: [`${more} more rows`] };
  return tableHtml({
    label: 'What each target observed',
    columns: [
      { title: 'observed' },
      ...observed.map(({ name, info }) => ({
        title: html`<b>${visibleLine(name)}</b><br>${infoText(info)}`,
      })),
    ],
    rows: [...observations.slice(0, ROWS_MAX).map(rowOf), ...(more > 0 ? [rest] : [])],
  });
}

function rowOf(observation: Observation): Row {
  const label = visibleLine(observation.label);
  const cells = cellsOf(observation);
  if (agrees(observation)) return { cells: [label, ...cells] };
  return { cells: [html`<span class="differ">≠ </span>${label}`, ...cells], tone: 'bad' };
}

function cellsOf(observation: Observation): readonly Filling[] {
  if (observation.kind === 'words') {
    const differ = !agrees(observation);
    return observation.values.map((value) => {
      const text = visibleLine(value ?? '');
      return differ && text !== '' ? html`<mark>${text}</mark>` : text;
    });
  }
  return observation.values.map((value) => bytesHtml(value, observation.values));
}

type Bytes = Uint8Array | null | undefined;

const BYTES_SHOWN = 16;

/** From the first byte that differs in any of them; those that differ are marked. */
function bytesHtml(value: Bytes, all: readonly Bytes[]): Filling {
  if (value === undefined) return '';
  if (value === null) return html`<mark>none</mark>`;
  const from = firstDifference(all) ?? 0;
  const shown = Array.from(value.subarray(from, from + BYTES_SHOWN), (byte, i) => {
    const text = byte.toString(16).padStart(2, '0');
    const isSame = all.every((other) => !other || other[from + i] === byte);
    return html`${i === 0 ? '' : ' '}${isSame ? text : html`<mark>${text}</mark>`}`;
  });
  const rest = value.length - from - BYTES_SHOWN;
  const at = from === 0 ? '' : html`<small>byte ${from}:</small> `;
  const end =
    from >= value.length ? html`<mark>${value.length === 0 ? 'empty' : 'the end'}</mark>` : '';
  return html`<span class="code">${at}${shown}${end}${rest > 0 ? ' …' : ''}</span>`;
}
