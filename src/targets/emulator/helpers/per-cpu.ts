import type { Machine } from '../machine.ts';
import { badArgument, type Helper, u32Argument } from './helper.ts';

/** `bpf_this_cpu_ptr(variable)`, kernel/bpf/helpers.c 6.1. */
export const thisCpuPtr: Helper = (machine) => BigInt(variableArgument(machine));

/** `bpf_per_cpu_ptr(variable, cpu)`, kernel/bpf/helpers.c 6.1. The variables are alike on all CPUs. */
export const perCpuPtr: Helper = (machine) => {
  const address = variableArgument(machine);
  return u32Argument(machine, 2) < machine.linux.cpus ? BigInt(address) : 0n;
};

/** Where the variable that r1 names lies; 0, with a fault, where it names none. */
function variableArgument(machine: Machine): number {
  const index = machine.pointers.variableIndexOf(machine.regs[1]);
  const region = index === undefined ? undefined : machine.variableRegions[index];
  if (region !== undefined) return machine.memory.starts[region];
  badArgument(machine, 1, 'a per-CPU variable');
  return 0;
}
