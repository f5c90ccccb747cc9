/**
 * Classes of 64-bit values, in which operands are counted: bounds and what lies between them. Their
 * order is their number.
 */
export const VALUE_CLASSES = [
  '0',
  '1',
  '2..63',
  '31 bits',
  's32 max',
  'bit 31',
  '32 bits',
  'u32 max',
  '-1',
  '-32 bits',
  's32 min',
  'low half 0',
  's64 max',
  's64 min',
  '64 bits',
  '-64 bits',
] as const;
export type ValueClass = (typeof VALUE_CLASSES)[number];

/** The number of the class of a value, by its two halves as u32. Bits that an insn ignores count too. */
export function valueClassOf(high: number, low: number): number {
  if (high === 0) return lowClass(low);
  if (high === 0xffff_ffff && low >= 0x8000_0000) return negativeClass(low);
  if (low === 0) return high === 0x8000_0000 ? S64_MIN : LOW_HALF_0;
  if (high >= 0x8000_0000) return WIDE_NEGATIVE;
  return high === 0x7fff_ffff && low === 0xffff_ffff ? S64_MAX : WIDE;
}

/** Of a value without an upper half. */
function lowClass(low: number): number {
  if (low < 2) return low;
  if (low < 64) return SMALL;
  if (low < 0x7fff_ffff) return POSITIVE;
  if (low === 0x7fff_ffff) return S32_MAX;
  if (low === 0x8000_0000) return BIT_31;
  return low === 0xffff_ffff ? U32_MAX : UNSIGNED;
}

/** Of a negative value of 32 bits, sign-extended. */
function negativeClass(low: number): number {
  if (low === 0xffff_ffff) return MINUS_1;
  return low === 0x8000_0000 ? S32_MIN : NEGATIVE;
}

const number = (name: ValueClass): number => VALUE_CLASSES.indexOf(name);

const SMALL = number('2..63');
const POSITIVE = number('31 bits');
const S32_MAX = number('s32 max');
const BIT_31 = number('bit 31');
const UNSIGNED = number('32 bits');
const U32_MAX = number('u32 max');
const MINUS_1 = number('-1');
const NEGATIVE = number('-32 bits');
const S32_MIN = number('s32 min');
const LOW_HALF_0 = number('low half 0');
const S64_MAX = number('s64 max');
const S64_MIN = number('s64 min');
const WIDE = number('64 bits');
const WIDE_NEGATIVE = number('-64 bits');
