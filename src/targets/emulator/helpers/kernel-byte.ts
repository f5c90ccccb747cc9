import type { Machine } from '../machine.ts';
import { Access, allows } from '../memory.ts';

/**
 * The byte at an address that may be bad, as `copy_from_kernel_nofault` (mm/maccess.c 6.1) reads it; undefined
 * where there is none. What lies in an architecture's low memory is anyone's guess.
 */
export function kernelByte({ memory, arch, luck }: Machine, address: number): number | undefined {
  if (allows(memory, address, 1, Access.READ)) return memory.bytes[address];
  return address >= 0 && address < arch.lowMemoryBytes ? luck : undefined;
}
