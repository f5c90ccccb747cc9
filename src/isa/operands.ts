import { FORMS, type Form } from './forms.ts';

/**
 * What an insn was executed with, as a number: the form's index in `FORMS`, whether a jump was taken, and
 * the classes of its two values (see value-class.ts), 0 where there is none.
 *
 *   bits  ... 9 form   8 taken   7..4 first   3..0 second
 *
 * The first value is what `dst` held, of an atomic what lay in memory; the second is `src` or `imm`. A
 * load has what it loaded as its second, a store what it stores.
 */
export type OperandsKey = number;

const FIRST = 0xf0;
const SECOND = 0x0f;

/** Which values of a form are counted: 0x00, 0x0f, 0xf0 or 0xff. */
export const OPERANDS_MASKS: Uint8Array = Uint8Array.from(FORMS, maskOf);
/** Where the form lies in a key. */
export const FORM_SHIFT = 9;
/** Set in a key for a jump that was taken. */
export const TAKEN_BIT = 1 << 8;
/** More than any key. */
export const OPERANDS_KEYS_END = FORMS.length << FORM_SHIFT;

function maskOf(form: Form): number {
  switch (form.kind) {
    case 'alu':
      if (form.op.name === 'mov') return SECOND;
      return form.op.imm === 'none' ? FIRST : FIRST | SECOND;
    case 'end':
      return FIRST;
    case 'jump':
    case 'atomic':
      return FIRST | SECOND;
    case 'movsx':
    case 'load':
    case 'load_acq':
    case 'store':
    case 'store_rel':
      return SECOND;
    default:
      return 0;
  }
}

/** What a key stands for. Classes are numbers, into `VALUE_CLASSES`. */
export interface OperandsSeen {
  readonly form: Form;
  readonly taken: boolean;
  readonly first: number;
  readonly second: number;
}

/** What a key stands for. */
export const operandsOfKey = (key: OperandsKey): OperandsSeen => ({
  form: FORMS[key >> FORM_SHIFT],
  taken: (key & TAKEN_BIT) !== 0,
  first: (key & FIRST) >> 4,
  second: key & SECOND,
});
