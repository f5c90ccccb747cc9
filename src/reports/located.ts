import type { Case } from '../case/case.ts';
import { slotIndex } from '../isa/insn.ts';
import {
  FOUND_BY,
  type InsnPlace,
  type Located,
  type LocatedInsn,
  type LocatedValue,
} from '../localise/located.ts';
import { printable } from './printable.ts';
import { progLine, progRows } from './prog-text.ts';
import type { Section } from './section.ts';
import { type Cell, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** Insns that are shown before and behind the one. */
const AROUND = 4;

/** Where the two, by their names, begin to differ: the insns around it and what both hold there. */
export function locatedSections(
  testCase: Case,
  located: Located,
  names: readonly [string, string],
  options: TextOptions,
): readonly Section[] {
  switch (located.kind) {
    case 'insn':
      return [
        { title: insnTitle(testCase, located), lines: insnLines(testCase, located, options) },
        { title: 'Before and after it', lines: valueLines(testCase, located, names, options) },
      ];
    case 'command':
      return [
        {
          title: `First differing: command ${located.command} after run ${located.run}`,
          lines: [`${located.form}: the progs did the same before it`],
        },
      ];
    case 'run':
      return [
        {
          title: `First differing: the command of run ${located.run}`,
          lines: [
            `${located.form}: what its insns do is the same on both, what it makes of it is not`,
          ],
        },
      ];
    case 'nowhere':
      return [{ title: 'First differing insn: not found', lines: [printable(located.why)] }];
  }
}

function insnTitle(testCase: Case, { form, prog, run, iteration }: LocatedInsn): string {
  const parts = [
    printable(form),
    testCase.progs.length > 1 ? `prog ${prog}` : undefined,
    run === undefined ? undefined : `run ${run}`,
    iteration === undefined ? undefined : `execution ${iteration}`,
  ];
  return `First differing insn: ${parts.filter((part) => part !== undefined).join(', ')}`;
}

function insnLines(
  { progs }: Case,
  { prog, insn, by, differs }: LocatedInsn,
  { style }: TextOptions,
): readonly string[] {
  const shown = progRows(progs[prog]?.insns ?? [])
    .filter(({ index }) => index >= insn - AROUND && index <= insn + AROUND)
    .map((row) =>
      row.index === insn && row.kind === 'insn'
        ? style('bad', `>${progLine(row)}`)
        : ` ${progLine(row)}`,
    );
  return [
    ...shown,
    ...(differs === '' ? [] : [`Left behind: ${printable(differs)}`]),
    `Found so: ${FOUND_BY[by]}`,
  ];
}

function valueLines(
  { progs }: Case,
  { values, next, form }: LocatedInsn,
  names: readonly [string, string],
  { width, style }: TextOptions,
): readonly string[] {
  if (values.length === 0 && next === undefined) return [];
  const rows: (readonly Cell[])[] = [
    ['', 'before', ...names.map((name) => `after, ${name}`), ''],
    ...values.map(valueRow),
  ];
  if (next !== undefined && (goesApart(next) || form === 'exit')) {
    const [a, b] = next.map((place) =>
      place === null ? 'the end' : `slot ${slotOf(progs, place)}`,
    );
    const tone = 'bad' as const;
    rows.push(['goes to', '', { text: a, tone }, { text: b, tone }, '<']);
  }
  return tableLines(rows, { width, style });
}

const slotOf = (progs: Case['progs'], { prog, insn }: InsnPlace): number | undefined =>
  slotIndex(progs[prog]?.insns ?? [])[insn];

const goesApart = ([a, b]: NonNullable<LocatedInsn['next']>): boolean =>
  a?.prog !== b?.prog || a?.insn !== b?.insn;

function valueRow({ name, before, after, differs }: LocatedValue): readonly Cell[] {
  const [first, second] = before;
  const held = first === second ? hex(first) : `${hex(first)} / ${hex(second)}`;
  const shown = after.map(
    (value): Cell => (differs ? { text: hex(value), tone: 'bad' } : hex(value)),
  );
  return [name, held, ...shown, differs ? '<' : ''];
}

const hex = (value: bigint | null): string => (value === null ? '-' : `0x${value.toString(16)}`);
