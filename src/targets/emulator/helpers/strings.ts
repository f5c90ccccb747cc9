import { EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access, allows } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { ARGS_MAX, bprintf, textOf, wordsAt } from './bprintf.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

/** `bpf_snprintf(str, str_size, fmt, data, data_len)`, kernel/bpf/helpers.c 6.1. */
export const snprintf: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  const dataBytes = u32Argument(machine, 5);
  const to = sizeBytes === 0 ? 1 : memoryArgument(machine, 1, sizeBytes, Access.WRITE);
  const data = dataBytes === 0 ? 1 : memoryArgument(machine, 4, dataBytes, Access.READ);
  const format = constantText(machine, 3);
  if (to === 0 || data === 0) return 0n;
  if (dataBytes % 8 !== 0 || dataBytes > 8 * ARGS_MAX) return failure(EINVAL);
  const { bytes } = machine.memory;
  const printed = bprintf(machine, format, wordsAt(machine, data, dataBytes / 8));
  if (typeof printed === 'number') return failure(printed);
  const shown = Buffer.from(printed.text.slice(0, Math.max(0, sizeBytes - 1)), 'latin1');
  if (sizeBytes > 0) {
    bytes.set(shown, to);
    bytes[to + shown.length] = 0;
  }
  return BigInt(printed.length + 1);
};

/** `bpf_strncmp(s1, s1_sz, s2)`, kernel/bpf/helpers.c 6.1, with the `strncmp` of the architecture. */
export const strncmp: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  const left = memoryArgument(machine, 1, sizeBytes, Access.READ);
  const right = constantText(machine, 3);
  if (left === 0) return 0n;
  for (let i = 0; i < sizeBytes; i++) {
    const a = machine.memory.bytes[left + i];
    const b = i < right.length ? right.charCodeAt(i) : 0;
    if (a !== b) return machine.arch.strncmp === 'difference' ? BigInt(a - b) : a < b ? -1n : 1n;
    if (a === 0) return 0n;
  }
  return 0n;
};

/** The text that a register points to, without its NUL. */
function constantText(machine: Machine, reg: number): string {
  const { memory } = machine;
  const start = numberIn(machine.words, reg);
  let end = start;
  while (allows(memory, end, 1, Access.READ) && memory.bytes[end] !== 0) end++;
  if (!allows(memory, end, 1, Access.READ)) badArgument(machine, reg, 'a text');
  return textOf(memory.bytes.subarray(start, end));
}
