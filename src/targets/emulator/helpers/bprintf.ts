import { EINVAL, ENOSPC } from '../errno.ts';
import { type Machine, raise } from '../machine.ts';
import { kernelByte } from './kernel-byte.ts';

/** A text as it was written, as far as any buffer has room for it, and how long it would have been. */
export interface Printed {
  readonly text: string;
  readonly length: number;
}

/** `MAX_BPRINTF_VARARGS`, kernel/bpf/helpers.c. */
export const ARGS_MAX = 12;
/** More than any prog has room for. */
const TEXT_MAX = 1024;
/** `MAX_BPRINTF_BIN_ARGS`, kernel/bpf/helpers.c: where arguments wait to be printed. */
const BINARY_BYTES = 512;
/** `FIELD_WIDTH_MAX`, lib/vsprintf.c. */
const WIDTH_MAX = (1 << 23) - 1;

/** Zero or more of what follows `%`: flags, width, `l`s, conversion. */
const SPEC = /^([0+\- ]*)([1-9][0-9]*)?(l{0,2})(.?)/s;
/** Bytes that a format may have; those above ASCII since 7.2, and in stable releases such as 6.1.192. */
const PLAIN = /^[\t-\r\x20-\x7e\x80-\xff]*$/;
/** What may follow `%s` and a `%p` without letters of its own: `isspace` or `ispunct`, or the end. */
const DELIMITER = /^(?:$|[\t-\r !-/:-@[-`{-~])/;
/** Forms of `%p` that follow the pointer, or know symbols. */
const UNSUPPORTED_POINTER = /^(?:ks|us|B|[iI][46]|[sS])/;

/**
 * What `bpf_bprintf_prepare` (kernel/bpf/helpers.c 6.1) and `bstr_printf` (lib/vsprintf.c) make of a
 * format; the errno where they refuse it. Formats and texts have a byte in each character.
 */
export function bprintf(
  machine: Machine,
  format: string,
  args: readonly bigint[],
): Printed | number {
  let text = '';
  let length = 0;
  let argsUsed = 0;
  let binaryBytes = 0;
  let at = 0;
  const put = (piece: string) => {
    if (text.length < TEXT_MAX) text += piece;
    length += piece.length;
  };
  while (at < format.length) {
    const character = format[at++];
    if (!PLAIN.test(character)) return EINVAL;
    if (character !== '%') {
      put(character);
      continue;
    }
    if (format[at] === '%') {
      put('%');
      at++;
      continue;
    }
    if (argsUsed >= args.length) return EINVAL;
    const [spec, flags, widthText, longs, conversion] = SPEC.exec(format.slice(at))!;
    at += spec.length;
    const value = args[argsUsed++];
    const shown = shownArgument(machine, {
      value,
      conversion,
      longs,
      flags,
      rest: format.slice(at),
    });
    if (shown === undefined) return EINVAL;
    const start = shown.aligned ? (binaryBytes + 3) & ~3 : binaryBytes;
    const room = BINARY_BYTES - start;
    if (shown.binaryBytes > room && !(shown.cut && room > 0)) return ENOSPC;
    const cutBytes = shown.cut ? Math.max(0, shown.binaryBytes - room) : 0;
    binaryBytes = start + shown.binaryBytes - cutBytes;
    const width = Math.min(Number(widthText ?? shown.defaultWidth), WIDTH_MAX);
    const piece = shown.text.slice(0, shown.text.length - cutBytes);
    const field = fieldOf({ ...shown, text: piece }, flags, Math.min(width, TEXT_MAX));
    put(field);
    // Of a field that is wider than any text, only the length is told.
    length += Math.max(0, width - field.length);
    at += shown.skip;
  }
  return { text, length };
}

/** The argument with what fills its field: spaces on either side, or zeros behind the sign. */
function fieldOf({ sign, text, zeros, aligned }: Shown, flags: string, width: number): string {
  if (flags.includes('-')) return (sign + text).padEnd(width);
  if (zeros || (aligned && flags.includes('0')))
    return sign + text.padStart(width - sign.length, '0');
  return (sign + text).padStart(width);
}

interface Argument {
  readonly value: bigint;
  readonly conversion: string;
  readonly longs: string;
  readonly flags: string;
  /** The format behind the conversion. */
  readonly rest: string;
}

interface Shown {
  /** In front of zeros that fill the field. */
  readonly sign: string;
  readonly text: string;
  readonly defaultWidth: number;
  /** Whether a field without a width of its own is filled with zeros. */
  readonly zeros: boolean;
  /** Bytes that it takes while it waits. */
  readonly binaryBytes: number;
  /** Whether it is a number, which waits at a multiple of 4. */
  readonly aligned: boolean;
  /** Whether it is cut where it does not fit. */
  readonly cut: boolean;
  /** Characters of the format behind the conversion that belong to it. */
  readonly skip: number;
}

const PLAIN_SHOWN = {
  sign: '',
  defaultWidth: 0,
  zeros: false,
  aligned: false,
  cut: false,
  skip: 0,
} as const;

/** What an argument prints; undefined where the conversion is not one of those allowed. */
function shownArgument(machine: Machine, argument: Argument): Shown | undefined {
  const { value, conversion, longs, flags, rest } = argument;
  const bits = longs === '' ? 32 : 64;
  switch (conversion) {
    case 'd':
    case 'i': {
      const signed = BigInt.asIntN(bits, value);
      const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
      return number(signed < 0n ? -signed : signed, 10, bits, signed < 0n ? '-' : plus);
    }
    case 'u':
      return number(BigInt.asUintN(bits, value), 10, bits);
    case 'x':
      return number(BigInt.asUintN(bits, value), 16, bits);
    case 'X': {
      const shown = number(BigInt.asUintN(bits, value), 16, bits);
      return { ...shown, text: shown.text.toUpperCase() };
    }
    case 'c':
      if (longs !== '') return undefined;
      return {
        ...PLAIN_SHOWN,
        text: String.fromCharCode(Number(value & 0xffn)),
        binaryBytes: 1,
      };
    case 's':
      if (longs !== '' || !DELIMITER.test(rest)) return undefined;
      return string(textAt(machine, Number(value)));
    case 'p':
      return longs === '' ? pointer(machine, value, rest) : undefined;
    default:
      return undefined;
  }
}

const number = (magnitude: bigint, base: number, bits: number, sign = ''): Shown => ({
  ...PLAIN_SHOWN,
  sign,
  text: magnitude.toString(base),
  binaryBytes: bits / 8,
  aligned: true,
});

const string = (text: string): Shown => ({
  ...PLAIN_SHOWN,
  text,
  binaryBytes: text.length + 1,
  cut: true,
});

/** What a pointer prints as, hashed or not. */
const POINTER_DIGITS = 16;

/** `%px` is the pointer itself; others are hashed with a secret, to as many digits. */
function pointer(machine: Machine, value: bigint, rest: string): Shown | undefined {
  const skip = DELIMITER.test(rest) ? 0 : 1;
  if (skip === 0 || rest[0] === 'K' || rest[0] === 'x') {
    return { ...number(value, 16, 64), defaultWidth: POINTER_DIGITS, zeros: true, skip };
  }
  if (!UNSUPPORTED_POINTER.test(rest)) return undefined;
  raise(machine, 'bad-argument', machine.row, `%p${rest.slice(0, 2)} is not emulated`);
  return undefined;
}

/** The buffer of the text in 5.10, with its NUL (`bpf_trace_printk`, kernel/trace/bpf_trace.c). */
const SHORT_TEXT_BYTES = 64;

/** Bytes up to the NUL; none where the pointer is bad (`strncpy_from_kernel_nofault`). */
function textAt(machine: Machine, address: number): string {
  const { printkFormats } = machine.release;
  const lengthMax = printkFormats === 'few' ? SHORT_TEXT_BYTES - 1 : BINARY_BYTES;
  const text: number[] = [];
  while (text.length < lengthMax) {
    const byte = kernelByte(machine, address + text.length);
    if (byte === undefined || byte === 0) break;
    text.push(byte);
  }
  return String.fromCharCode(...text);
}

/** A byte in each character. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Arguments as they lie in memory. */
export const wordsAt = (
  { memory, littleEndian }: Machine,
  address: number,
  count: number,
): readonly bigint[] =>
  Array.from({ length: count }, (_, i) => memory.view.getBigUint64(address + 8 * i, littleEndian));
