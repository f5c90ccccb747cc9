import type { Case } from '../../case/case.ts';
import { slotIndex } from '../../isa/insn.ts';
import {
  FOUND_BY,
  type InsnPlace,
  type Located,
  type LocatedInsn,
  type LocatedValue,
} from '../../localise/located.ts';
import { visibleLine } from '../visible.ts';
import { type Filling, type Html, html } from './html.ts';
import { type Row, tableHtml } from './table.ts';

/** Where the two, by their names, begin to differ, and what both hold before and after it. */
export function locatedHtml(
  testCase: Case,
  located: Located,
  names: readonly [string, string],
): Html {
  switch (located.kind) {
    case 'insn':
      return html`<h4>First differing insn: ${visibleLine(located.form)}${whenOf(testCase, located)}</h4>
${statesHtml(testCase, located, names)}
${located.differs === '' ? '' : html`<p>Left behind: ${visibleLine(located.differs)}</p>`}
<p>Found so: ${FOUND_BY[located.by]}.</p>`;
    case 'command':
      return html`<h4>First differing: command ${located.command} after run ${located.run}</h4>
<p>${visibleLine(located.form)}: the progs did the same before it.</p>`;
    case 'run':
      return html`<h4>First differing: the command of run ${located.run}</h4>
<p>${visibleLine(located.form)}: what its insns do is the same on both, what it makes of it is not.</p>`;
    case 'nowhere':
      return html`<h4>First differing insn: not found</h4>
<p>${visibleLine(located.why)}</p>`;
  }
}

function whenOf({ progs }: Case, { prog, run, iteration }: LocatedInsn): string {
  const parts = [
    progs.length > 1 ? `prog ${prog}` : undefined,
    run === undefined ? undefined : `run ${run}`,
    iteration === undefined ? undefined : `execution ${iteration}`,
  ];
  return parts.map((part) => (part === undefined ? '' : `, ${part}`)).join('');
}

function statesHtml(
  { progs }: Case,
  { values, next }: LocatedInsn,
  names: readonly [string, string],
): Html | undefined {
  const rows = values.map(valueRow);
  const goesTo: readonly Row[] =
    next !== undefined && goesApart(next) ? [nextRow(progs, next)] : [];
  return tableHtml({
    label: 'Registers and stack before and after the insn',
    columns: [
      { title: 'state' },
      { title: 'before' },
      ...names.map((name) => ({ title: html`after, on <b>${visibleLine(name)}</b>` })),
    ],
    rows: [...rows, ...goesTo],
  });
}

function valueRow({ name, before: [a, b], after, differs }: LocatedValue): Row {
  const held = a === b ? hex(a) : `${hex(a)} / ${hex(b)}`;
  return differingRow(name, held, after.map(hex), differs);
}

function nextRow(progs: Case['progs'], next: readonly (InsnPlace | null)[]): Row {
  const slotOf = ({ prog, insn }: InsnPlace): number | undefined =>
    slotIndex(progs[prog]?.insns ?? [])[insn];
  const texts = next.map((place) => (place === null ? 'the end' : `slot ${slotOf(place) ?? '?'}`));
  return differingRow('goes to', '', texts, true);
}

function differingRow(
  name: string,
  before: string,
  after: readonly string[],
  differs: boolean,
): Row {
  const label = visibleLine(name);
  const cell = (text: string): Filling =>
    differs ? html`<mark class="code">${text}</mark>` : html`<span class="code">${text}</span>`;
  return {
    cells: [
      differs ? html`<span class="differ">≠ </span>${label}` : label,
      html`<span class="code">${before}</span>`,
      ...after.map(cell),
    ],
    ...(differs && { tone: 'bad' }),
  };
}

const goesApart = ([a, b]: readonly (InsnPlace | null)[]): boolean =>
  a?.prog !== b?.prog || a?.insn !== b?.insn;

const hex = (value: bigint | null): string => (value === null ? '–' : `0x${value.toString(16)}`);
