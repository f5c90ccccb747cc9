import type { MapSpec } from '../../../case/case.ts';
import { Access, addRegion, MEMORY_BYTES_MAX, type Memory, roundUp } from '../memory.ts';
import { MapFlag, type MapRule } from './rules.ts';

/**
 * The values of a map: CPU 0's in memory, in elements of `strideBytes` each, those of other CPUs,
 * which no prog sees, beside it.
 */
export interface Values {
  readonly start: number;
  readonly strideBytes: number;
  readonly valueBytes: number;
  readonly otherCpus: readonly Uint8Array[];
}

/** Room for that many elements; undefined where it is more than the emulator's memory holds. */
export function addValues(
  { valueBytes, flags }: MapSpec,
  rule: MapRule,
  memory: Memory,
  cpus: number,
  elements: number,
): Values | undefined {
  const strideBytes = roundUp(valueBytes, 8);
  const sizeBytes = elements * strideBytes;
  const read = (flags & MapFlag.WRONLY_PROG) === 0 ? Access.READ : Access.NONE;
  const write = (flags & MapFlag.RDONLY_PROG) === 0 ? Access.WRITE : Access.NONE;
  const others = rule.values === 'per-cpu' ? cpus - 1 : 0;
  if (others * sizeBytes > MEMORY_BYTES_MAX) return undefined;
  const elementSpec = { strideBytes, usedBytes: valueBytes };
  const region = addRegion(memory, { sizeBytes, access: read | write, elements: elementSpec });
  if (region === undefined) return undefined;
  return {
    start: memory.starts[region],
    strideBytes,
    valueBytes,
    otherCpus: Array.from({ length: others }, () => new Uint8Array(sizeBytes)),
  };
}

/** The values of an element, CPU by CPU. */
export function valuesOf(memory: Memory, values: Values, element: number): readonly Uint8Array[] {
  const { start, strideBytes, valueBytes, otherCpus } = values;
  const at = element * strideBytes;
  return [
    memory.bytes.slice(start + at, start + at + valueBytes),
    ...otherCpus.map((bytes) => bytes.slice(at, at + valueBytes)),
  ];
}

/** Puts a value of user space to every CPU. */
export function fillValues(
  memory: Memory,
  values: Values,
  element: number,
  value: Uint8Array,
): void {
  const at = element * values.strideBytes;
  memory.bytes.set(value, values.start + at);
  for (const bytes of values.otherCpus) bytes.set(value, at);
}
