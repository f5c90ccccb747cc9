import type { Machine } from '../machine.ts';
import { Access, allows, MEMORY_START } from '../memory.ts';

/**
 * The byte at an address that may be bad, as `copy_from_kernel_nofault` (mm/maccess.c 6.1) reads it; undefined
 * where there is none. What lies in an architecture's low memory is anyone's guess, and so is
 * whether there is something beside what a prog was given, and what.
 */
export function kernelByte(machine: Machine, address: number): number | undefined {
  const { memory, arch, luck } = machine;
  if (allows(memory, address, 1, Access.READ)) return memory.bytes[address];
  if (address >= 0 && address < arch.lowMemoryBytes) return luck;
  return isBesideOurs(machine, address) && luck !== 0 ? luck : undefined;
}

/** Whether an address is of the kernel's own memory, as progs get at it: from a pointer that they have. */
export const isBesideOurs = ({ memory, pointers }: Machine, address: number): boolean =>
  (address >= MEMORY_START && address < memory.top + MEMORY_START) || pointers.isOne(address);
