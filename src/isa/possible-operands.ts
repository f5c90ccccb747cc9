import { FORMS, type Form, type FormOf } from './forms.ts';
import { u64 } from './integers.ts';
import { OPERANDS_MASKS } from './operands.ts';
import { VALUE_CLASSES, type ValueClass } from './value-class.ts';

/** Which classes the values of a form can be of; undefined for a value that it doesn't have. */
export interface PossibleOperands {
  readonly form: Form;
  /** Of jumps there are two: those that are taken, and those that aren't. Undefined for other forms. */
  readonly way?: 'taken' | 'not taken';
  readonly first?: ReadonlySet<ValueClass>;
  readonly second?: ReadonlySet<ValueClass>;
}

/** What can be counted of every form (see operands.ts), in the order of `FORMS`, jumps twice. */
export function possibleOperands(): readonly PossibleOperands[] {
  return FORMS.flatMap((form, index) => {
    const mask = OPERANDS_MASKS[index];
    const values = {
      form,
      ...(mask & 0xf0 && { first: firstOf(form) }),
      ...(mask & 0x0f && { second: secondOf(form) }),
    };
    return form.kind === 'jump'
      ? [wentThere(form, values, 'not taken'), wentThere(form, values, 'taken')]
      : [values];
  });
}

function firstOf(form: Form): ReadonlySet<ValueClass> {
  return form.kind === 'atomic' && form.size === 4 ? UNSIGNED_32 : ALL;
}

function secondOf(form: Form): ReadonlySet<ValueClass> {
  switch (form.kind) {
    case 'alu':
      if (form.operand === 'x') return ALL;
      if (form.op.imm === 'shift') return SHIFTS;
      return form.op.imm === 'nonzero' ? without(IMMEDIATES, '0') : IMMEDIATES;
    case 'jump':
    case 'store':
      return form.operand === 'x' ? ALL : IMMEDIATES;
    case 'load':
      if (form.size === 8) return ALL;
      if (form.size === 4) return form.signed ? IMMEDIATES : UNSIGNED_32;
      return form.signed ? SIGNED_SHORT : UNSIGNED_SHORT;
    case 'load_acq':
      if (form.size === 8) return ALL;
      return form.size === 4 ? UNSIGNED_32 : UNSIGNED_SHORT;
    default:
      return ALL;
  }
}

const ALL: ReadonlySet<ValueClass> = new Set(VALUE_CLASSES);
const SHIFTS: ReadonlySet<ValueClass> = new Set(['0', '1', '2..63']);
const UNSIGNED_SHORT: ReadonlySet<ValueClass> = new Set([...SHIFTS, '31 bits']);
const SIGNED_SHORT: ReadonlySet<ValueClass> = new Set([...UNSIGNED_SHORT, '-1', '-32 bits']);
const IMMEDIATES: ReadonlySet<ValueClass> = new Set([...SIGNED_SHORT, 's32 max', 's32 min']);
const UNSIGNED_32: ReadonlySet<ValueClass> = new Set([
  ...UNSIGNED_SHORT,
  ...(['s32 max', 'bit 31', '32 bits', 'u32 max'] as const),
]);

const without = (classes: ReadonlySet<ValueClass>, name: ValueClass): ReadonlySet<ValueClass> =>
  new Set([...classes].filter((other) => other !== name));

/** Some classes send a jump one way only: nothing is above the largest value. */
function wentThere(
  form: FormOf<'jump'>,
  { first, second }: Omit<PossibleOperands, 'form'>,
  way: 'taken' | 'not taken',
): PossibleOperands {
  const goes = (a: ValueClass, b: ValueClass): boolean => canGo(form, way, a, b);
  return {
    form,
    way,
    first: new Set([...first!].filter((a) => [...second!].some((b) => goes(a, b)))),
    second: new Set([...second!].filter((b) => [...first!].some((a) => goes(a, b)))),
  };
}

/** Whether values of these classes can send a jump that way: no value is equal to one of another class. */
export const canGo = (
  form: FormOf<'jump'>,
  way: 'taken' | 'not taken',
  first: ValueClass,
  second: ValueClass,
): boolean =>
  SAMPLES[first].some((dst) =>
    SAMPLES[second].some((src) => isTaken(form, dst, src) === (way === 'taken')),
  );

function isTaken({ op, bits }: FormOf<'jump'>, dst: bigint, src: bigint): boolean {
  const cut = (value: bigint): bigint => BigInt.asUintN(bits, value);
  return op.meaning(cut(dst), cut(src), bits);
}

/** Values of each class that stand for all: its bounds, and some that differ in both halves. */
const SAMPLES: Readonly<Record<ValueClass, readonly bigint[]>> = {
  '0': [0n],
  '1': [1n],
  '2..63': [2n, 3n, 63n],
  '31 bits': [64n, 65n, 0x5555_5555n, 0x7fff_fffen],
  's32 max': [0x7fff_ffffn],
  'bit 31': [0x8000_0000n],
  '32 bits': [0x8000_0001n, 0xaaaa_aaaan, 0xffff_fffen],
  'u32 max': [0xffff_ffffn],
  '-1': [u64(-1n)],
  '-32 bits': [-2n, -0x7fff_ffffn].map(u64),
  's32 min': [u64(-0x8000_0000n)],
  'low half 0': [0x1_0000_0000n, u64(-0x1_0000_0000n)],
  's64 max': [0x7fff_ffff_ffff_ffffn],
  's64 min': [0x8000_0000_0000_0000n],
  '64 bits': [
    0x1_0000_0001n,
    0x1_ffff_ffffn,
    0x1_7fff_ffffn,
    0x1_8000_0000n,
    0x7fff_ffff_ffff_fffen,
  ],
  '-64 bits': [0x8000_0000_0000_0001n, 0x8000_0000_ffff_ffffn, 0xffff_ffff_7fff_ffffn],
};
