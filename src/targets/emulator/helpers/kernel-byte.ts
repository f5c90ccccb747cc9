import { EFAULT, ERANGE } from '../errno.ts';
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

/**
 * What reading an address that can't be the kernel's fails with (`copy_from_kernel_nofault_allowed`, of each
 * architecture's mm/maccess.c).
 */
export const badAddress = ({ arch }: Machine): number =>
  arch.probeReadFailure === 'range' ? ERANGE : EFAULT;

/** So many bytes from an address on; undefined where one of them is not there. */
export function kernelBytes(
  machine: Machine,
  address: number,
  count: number,
): Uint8Array | undefined {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const byte = kernelByte(machine, address + i);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** Whether an address is of the kernel's own memory, as progs get at it: from a pointer that they have. */
export const isBesideOurs = ({ memory, pointers }: Machine, address: number): boolean =>
  (address >= MEMORY_START && address < memory.top + MEMORY_START) || pointers.isOne(address);
