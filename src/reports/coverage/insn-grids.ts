import type { OperandCounts } from '../../case/operand-counts.ts';
import type { Form } from '../../isa/forms.ts';
import { type PossibleOperands, possibleOperands } from '../../isa/possible-operands.ts';
import { VALUE_CLASSES, type ValueClass } from '../../isa/value-class.ts';
import { JUMP_FORMS } from '../jump-ways.ts';
import type { Cell, Grid } from './grid.ts';
import type { Covered } from './page.ts';

/** Every form, jumps by where they go, with the values that it had. */
export function insnGrid({ reach }: Covered): Grid {
  const { forms, operands, branches } = reach;
  const cases = ({ form, way }: PossibleOperands): number => {
    if (way === undefined) return forms[form.name] ?? 0;
    const alone = way === 'taken' ? 'taken' : 'not-taken';
    return (branches[`${form.name} ${alone}`] ?? 0) + (branches[`${form.name} both`] ?? 0);
  };
  return {
    id: 'insns',
    title: 'Insns, and the values that they had',
    note: 'cases; first value: dst, or of an atomic what lay in memory; second: src, imm, what was loaded or stored',
    columns: [
      { name: 'executed' },
      ...VALUE_CLASSES.map((name) => ({ name, group: 'first value' })),
      ...VALUE_CLASSES.map((name) => ({ name, group: 'second value' })),
    ],
    rows: POSSIBLE.map((possible) => {
      const { form, way, first, second } = possible;
      const counts = operands[way === 'taken' ? `${form.name} taken` : form.name];
      return {
        name: way === undefined ? form.name : `${form.name} ${way}`,
        group: groupOf(form),
        cells: [
          cases(possible),
          ...cellsOf(first, counts, 'first'),
          ...cellsOf(second, counts, 'second'),
        ],
      };
    }).sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group)),
  };
}

const POSSIBLE = possibleOperands();

/** What is there in spite of all that is known is shown too. */
const cellsOf = (
  possible: ReadonlySet<ValueClass> | undefined,
  counts: OperandCounts | undefined,
  side: 'first' | 'second',
): readonly Cell[] =>
  VALUE_CLASSES.map((name, i) => {
    if (possible === undefined) return 'none';
    const count = counts?.[side][i] ?? 0;
    return count === 0 && !possible.has(name) ? 'none' : count;
  });

const GROUPS = [
  'arithmetic, 64 bits',
  'arithmetic, 32 bits',
  'jumps, 64 bits',
  'jumps, 32 bits',
  'loads',
  'stores',
  'atomics',
  'others',
];

function groupOf(form: Form): string {
  switch (form.kind) {
    case 'alu':
    case 'movsx':
      return `arithmetic, ${form.bits} bits`;
    case 'end':
      return 'arithmetic, 64 bits';
    case 'jump':
      return `jumps, ${form.bits} bits`;
    case 'load':
    case 'load_acq':
      return 'loads';
    case 'store':
    case 'store_rel':
      return 'stores';
    case 'atomic':
      return 'atomics';
    default:
      return 'others';
  }
}

/** Where conditional jumps went. */
export function jumpGrid({ reach }: Covered): Grid {
  return {
    id: 'jumps',
    title: 'Where conditional jumps went',
    note: 'insns of cases that were reached, each once for all runs of its case',
    columns: [{ name: 'taken only' }, { name: 'not taken only' }, { name: 'both within a case' }],
    rows: JUMP_FORMS.map((name) => ({
      name,
      cells: ['taken', 'not-taken', 'both'].map((ways) => reach.branches[`${name} ${ways}`] ?? 0),
    })),
  };
}
