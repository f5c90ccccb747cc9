import { type Machine, raise } from '../machine.ts';
import type { EmulatedMap } from '../maps/map.ts';
import { allows, MEMORY_START } from '../memory.ts';
import { numberIn } from '../registers.ts';

/**
 * A helper: arguments are in r1..r5, what it returns goes to r0 (wrapped to 64 bits). Where an
 * argument is one that the verifier would not let pass, it raises a fault and returns anything.
 */
export type Helper = (machine: Machine) => bigint;

/** The map that register `reg` points to; undefined, with a fault, where it points to none. */
export function mapArgument(machine: Machine, reg: number): EmulatedMap | undefined {
  const index = machine.pointers.mapIndexOf(machine.regs[reg]);
  const map = index === undefined ? undefined : machine.maps[index];
  if (map === undefined) badArgument(machine, reg, 'a map');
  machine.mapGiven = index ?? -1;
  return map;
}

/** The address in register `reg` if so many bytes lie there, else 0 and a fault. */
export function memoryArgument(
  machine: Machine,
  reg: number,
  sizeBytes: number,
  access: number,
): number {
  const address = numberIn(machine.words, reg);
  if (allows(machine.memory, address, sizeBytes, access)) return address;
  // A pointer to nothing may be NULL, such as that to a ctx that was not given.
  if (sizeBytes === 0) return MEMORY_START;
  badArgument(machine, reg, `${sizeBytes} bytes of memory`);
  return 0;
}

/** The low 32 bits of a register, as a helper with a `u32` parameter sees them. */
export const u32Argument = (machine: Machine, reg: number): number =>
  Number(machine.regs[reg] & 0xffff_ffffn);

export function badArgument(machine: Machine, reg: number, expected: string): void {
  const found = `0x${machine.regs[reg].toString(16)}`;
  raise(machine, 'bad-argument', machine.row, `expected r${reg} to be ${expected}, got ${found}`);
}
