import { EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { ARGS_MAX, bprintf, textOf, wordsAt } from './bprintf.ts';
import { hasFewFormats } from './few-formats.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';

/** `bpf_trace_printk(fmt, fmt_size, arg1, arg2, arg3)`, kernel/trace/bpf_trace.c 6.1. */
export const tracePrintk: Helper = (machine) => print(machine, [...machine.regs.subarray(3, 6)]);

/** `bpf_trace_vprintk(fmt, fmt_size, data, data_len)`, kernel/trace/bpf_trace.c 6.1. */
export const traceVprintk: Helper = (machine) => {
  const dataBytes = u32Argument(machine, 4);
  const data = dataBytes === 0 ? 1 : memoryArgument(machine, 3, dataBytes, Access.READ);
  if (data === 0) return 0n;
  if (dataBytes % 8 !== 0 || dataBytes > 8 * ARGS_MAX) return failure(EINVAL);
  return print(machine, wordsAt(machine, data, dataBytes / 8));
};

/** The length of the text that the format in r1 and r2 makes; the text itself goes nowhere. */
function print(machine: Machine, args: readonly bigint[]): bigint {
  const sizeBytes = u32Argument(machine, 2);
  const address = memoryArgument(machine, 1, sizeBytes, Access.READ);
  if (address === 0) return 0n;
  const bytes = machine.memory.bytes.subarray(address, address + sizeBytes);
  const end = bytes.indexOf(0);
  if (end < 0) return failure(EINVAL);
  if (machine.release.printkFormats === 'few' && !hasFewFormats(textOf(bytes))) {
    return failure(EINVAL);
  }
  const printed = bprintf(machine, textOf(bytes.subarray(0, end)), args);
  return typeof printed === 'number' ? failure(printed) : BigInt(printed.length);
}
