import { EINVAL, ENOSPC, failure } from '../errno.ts';
import { type Machine, raise } from '../machine.ts';
import { Access, allows } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';

const ARGS_MAX = 3;
/** `MAX_BPRINTF_BIN_ARGS`, kernel/bpf/helpers.c: where arguments wait to be printed. */
const BINARY_BYTES = 512;
/** `FIELD_WIDTH_MAX`, lib/vsprintf.c. */
const WIDTH_MAX = (1 << 23) - 1;
/** What a pointer prints as, hashed or not. */
const POINTER_DIGITS = 16;

/**
 * `bpf_trace_printk(fmt, fmt_size, arg1, arg2, arg3)`: the length of the text, or an errno
 * (`bpf_bprintf_prepare` in kernel/bpf/helpers.c 6.1, `bstr_printf` in lib/vsprintf.c). The text goes
 * nowhere, so only its length is found out.
 */
export const tracePrintk: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  const address = memoryArgument(machine, 1, sizeBytes, Access.READ);
  if (address === 0) return 0n;
  const bytes = machine.memory.bytes.subarray(address, address + sizeBytes);
  const end = bytes.indexOf(0);
  if (end < 0) return failure(EINVAL);
  return BigInt(formattedLength(machine, Buffer.from(bytes.subarray(0, end)).toString('latin1')));
};

/** Zero or more of what follows `%`: flags, width, `l`s, conversion. */
const SPEC = /^([0+\- ]*)([1-9][0-9]*)?(l{0,2})(.?)/s;
const PLAIN = /^[\t-\r\x20-\x7e]*$/;
/** What may follow `%s` and a `%p` without letters of its own: `isspace` or `ispunct`, or the end. */
const DELIMITER = /^(?:$|[\t-\r !-/:-@[-`{-~])/;
/** Forms of `%p` that follow the pointer, or know symbols. */
const UNSUPPORTED_POINTER = /^(?:ks|us|B|[iI][46]|[sS])/;

function formattedLength(machine: Machine, format: string): number {
  let length = 0;
  let args = 0;
  let binaryBytes = 0;
  let at = 0;
  while (at < format.length) {
    const character = format[at++];
    if (!PLAIN.test(character)) return -EINVAL;
    if (character !== '%') {
      length++;
      continue;
    }
    if (format[at] === '%') {
      length++;
      at++;
      continue;
    }
    if (args >= ARGS_MAX) return -EINVAL;
    const [spec, flags, width, longs, conversion] = SPEC.exec(format.slice(at))!;
    at += spec.length;
    const argument = argumentOf(machine, args++, conversion, longs, flags, format.slice(at));
    if (argument === undefined) return -EINVAL;
    const start = argument.aligned ? (binaryBytes + 3) & ~3 : binaryBytes;
    const room = BINARY_BYTES - start;
    if (argument.binaryBytes > room && !(argument.cut && room > 0)) return -ENOSPC;
    const cutBytes = argument.cut ? Math.max(0, argument.binaryBytes - room) : 0;
    binaryBytes = start + argument.binaryBytes - cutBytes;
    length += Math.max(argument.length - cutBytes, Math.min(Number(width ?? 0), WIDTH_MAX));
    at += argument.skip;
  }
  return length;
}

interface Argument {
  /** Characters that it prints, without padding. */
  readonly length: number;
  /** Bytes that it takes while it waits. */
  readonly binaryBytes: number;
  readonly aligned: boolean;
  /** Whether it is cut where it does not fit. */
  readonly cut: boolean;
  /** Characters of the format behind the conversion that belong to it. */
  readonly skip: number;
}

const PLAIN_ARGUMENT = { aligned: false, cut: false, skip: 0 } as const;

/** What an argument prints; undefined where the conversion is not one of those allowed. */
function argumentOf(
  machine: Machine,
  index: number,
  conversion: string,
  longs: string,
  flags: string,
  rest: string,
): Argument | undefined {
  const reg = 3 + index;
  const value = machine.regs[reg];
  const bits = longs === '' ? 32 : 64;
  switch (conversion) {
    case 'd':
    case 'i':
      return number(signedLength(BigInt.asIntN(bits, value), flags), bits);
    case 'u':
      return number(BigInt.asUintN(bits, value).toString().length, bits);
    case 'x':
    case 'X':
      return number(BigInt.asUintN(bits, value).toString(16).length, bits);
    case 'c':
      return longs === '' ? { ...PLAIN_ARGUMENT, length: 1, binaryBytes: 1 } : undefined;
    case 's':
      if (longs !== '' || !DELIMITER.test(rest)) return undefined;
      return text(stringLength(machine, numberIn(machine.words, reg)));
    case 'p':
      return longs === '' ? pointer(machine, rest) : undefined;
    default:
      return undefined;
  }
}

const number = (length: number, bits: number): Argument => {
  return { ...PLAIN_ARGUMENT, length, binaryBytes: bits / 8, aligned: true };
};

const text = (length: number): Argument => {
  return { ...PLAIN_ARGUMENT, length, binaryBytes: length + 1, cut: true };
};

function pointer(machine: Machine, rest: string): Argument | undefined {
  const skip = DELIMITER.test(rest) ? 0 : 1;
  if (skip === 0 || rest[0] === 'K' || rest[0] === 'x') {
    return { ...number(POINTER_DIGITS, 64), skip };
  }
  if (!UNSUPPORTED_POINTER.test(rest)) return undefined;
  raise(machine, 'bad-argument', machine.row, `%p${rest.slice(0, 2)} is not emulated`);
  return undefined;
}

function signedLength(value: bigint, flags: string): number {
  const sign = value < 0n || /[+ ]/.test(flags) ? 1 : 0;
  return (value < 0n ? -value : value).toString().length + sign;
}

/** Bytes up to the NUL; none where the pointer is bad (`strncpy_from_kernel_nofault`). */
function stringLength(machine: Machine, address: number): number {
  let length = 0;
  while (length < BINARY_BYTES && allows(machine.memory, address + length, 1, Access.READ)) {
    if (machine.memory.bytes[address + length] === 0) return length;
    length++;
  }
  return length;
}
