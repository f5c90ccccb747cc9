import { s64, u64 } from '../../../isa/integers.ts';
import { EINVAL, ERANGE, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';

/** What a text says, and how many of its bytes say it; an errno where it says no number. */
type Parsed = { readonly value: bigint; readonly isNegative: boolean; readonly consumed: number };

/** `bpf_strtol(buf, buf_len, flags, res)`, kernel/bpf/helpers.c 6.1. */
export const strtol: Helper = (machine) =>
  convert(machine, ({ value, isNegative }) => {
    const signed = s64(isNegative ? u64(-value) : value);
    const isBeyond = isNegative ? signed > 0n : signed < 0n;
    return isBeyond ? ERANGE : u64(signed);
  });

/** `bpf_strtoul(buf, buf_len, flags, res)`. */
export const strtoul: Helper = (machine) =>
  convert(machine, ({ value, isNegative }) => (isNegative ? EINVAL : value));

/** `result` gives the number to store, or an errno as a plain number. */
function convert(machine: Machine, result: (parsed: Parsed) => bigint | number): bigint {
  const lenBytes = u32Argument(machine, 2);
  const at = memoryArgument(machine, 1, lenBytes, Access.READ);
  const to = memoryArgument(machine, 4, 8, Access.WRITE);
  if (at === 0 || to === 0) return 0n;
  const { bytes, view } = machine.memory;
  const parsed = parse(bytes.subarray(at, at + lenBytes), machine.regs[3]);
  if (machine.release.strtolClears === 'first') view.setBigUint64(to, 0n, machine.littleEndian);
  if (typeof parsed === 'number') return failure(parsed);
  const value = result(parsed);
  if (typeof value === 'number') return failure(value);
  view.setBigUint64(to, value, machine.littleEndian);
  return BigInt(parsed.consumed);
}

/** `isspace`, lib/ctype.c: also the no-break space of Latin-1. */
const SPACES = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0]);
const MINUS = 0x2d;
/** `BPF_STRTOX_BASE_MASK`. */
const BASE_MASK = 0x1fn;
const BASES: ReadonlySet<number> = new Set([0, 8, 10, 16]);
/** Characters of a number that are looked at. */
const DIGITS_MAX = 63;

/** `__bpf_strtoull`, kernel/bpf/helpers.c, and `_parse_integer`, lib/kstrtox.c, 6.1. */
function parse(text: Uint8Array, flags: bigint): Parsed | number {
  const base = Number(flags & BASE_MASK);
  if (!BASES.has(base) || (flags & ~BASE_MASK) !== 0n) return EINVAL;
  let at = 0;
  while (at < text.length && SPACES.has(text[at])) at++;
  const isNegative = text[at] === MINUS;
  if (isNegative) at++;
  if (at >= text.length) return EINVAL;
  const digits = Buffer.from(text.subarray(at, at + DIGITS_MAX))
    .toString('latin1')
    .toLowerCase();
  const { radix, skip } = radixOf(digits, base);
  let value = 0n;
  let count = 0;
  let isTooLong = false;
  for (const character of digits.slice(skip)) {
    const digit = '0123456789abcdef'.indexOf(character);
    if (digit < 0 || digit >= radix) break;
    value = value * BigInt(radix) + BigInt(digit);
    isTooLong ||= value !== u64(value);
    count++;
  }
  if (isTooLong) return ERANGE;
  if (count === 0) return EINVAL;
  return { value, isNegative, consumed: at + skip + count };
}

/** `_parse_integer_fixup_radix`. */
function radixOf(digits: string, base: number): { readonly radix: number; readonly skip: number } {
  const hasPrefix = digits.startsWith('0x');
  if (base === 0) {
    if (/^0x[0-9a-f]/.test(digits)) return { radix: 16, skip: 2 };
    return { radix: digits.startsWith('0') ? 8 : 10, skip: 0 };
  }
  return { radix: base, skip: base === 16 && hasPrefix ? 2 : 0 };
}
