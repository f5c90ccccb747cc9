import type { MapSpec } from '../../../case/case.ts';
import { Access, addRegion, type Memory, roundUp } from '../memory.ts';
import { MapFlag, type MapRule } from './rules.ts';

/** The values of a map, in elements of `strideBytes` each, those of one CPU behind those of another. */
export interface Values {
  readonly start: number;
  readonly strideBytes: number;
  readonly valueBytes: number;
  /** 1 where they are shared. */
  readonly cpus: number;
  /** From a CPU's value to the next one's. */
  readonly cpuBytes: number;
}

/** Room for that many elements; undefined where it is more than the emulator's memory holds. */
export function addValues(
  { valueBytes, flags }: MapSpec,
  rule: MapRule,
  memory: Memory,
  linuxCpus: number,
  elements: number,
): Values | undefined {
  const strideBytes = roundUp(valueBytes, 8);
  const cpuBytes = elements * strideBytes;
  const cpus = rule.values === 'per-cpu' ? linuxCpus : 1;
  const read = (flags & MapFlag.WRONLY_PROG) === 0 ? Access.READ : Access.NONE;
  const write = (flags & MapFlag.RDONLY_PROG) === 0 ? Access.WRITE : Access.NONE;
  const region = addRegion(memory, {
    sizeBytes: cpus * cpuBytes,
    access: read | write,
    elements: { strideBytes, usedBytes: valueBytes },
  });
  if (region === undefined) return undefined;
  return { start: memory.starts[region], strideBytes, valueBytes, cpus, cpuBytes };
}

/** Where CPU 0's value of an element lies. */
export const valueAddress = ({ start, strideBytes }: Values, element: number): number =>
  start + element * strideBytes;

/** Where the value of a CPU that there is lies. */
export const valueAddressOn = (values: Values, element: number, cpu: number): number =>
  valueAddress(values, element) + cpu * values.cpuBytes;

/** The values of an element, CPU by CPU. */
export function valuesOf(memory: Memory, values: Values, element: number): readonly Uint8Array[] {
  return Array.from({ length: values.cpus }, (_, cpu) => {
    const at = valueAddressOn(values, element, cpu);
    return memory.bytes.slice(at, at + values.valueBytes);
  });
}

/** Puts a value of user space to every CPU. */
export function fillValues(
  memory: Memory,
  values: Values,
  element: number,
  value: Uint8Array,
): void {
  for (let cpu = 0; cpu < values.cpus; cpu++) {
    memory.bytes.set(value, valueAddressOn(values, element, cpu));
  }
}

/** Makes the values of an element zeros on all CPUs but the first (`pcpu_init_value`, 6.1). */
export function clearOtherCpus(memory: Memory, values: Values, element: number): void {
  for (let cpu = 1; cpu < values.cpus; cpu++) {
    const at = valueAddressOn(values, element, cpu);
    memory.bytes.fill(0, at, at + values.valueBytes);
  }
}
