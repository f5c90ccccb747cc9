import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { LinuxSetting, MapContent } from '../../target.ts';
import { Access, addRegion, type Memory, roundUp } from '../memory.ts';
import { createArrayMap } from './array.ts';
import { createHashMap } from './hash.ts';
import { MapFlag, type MapRule } from './rules.ts';

/** A map of the running case. Keys and values of progs lie in memory, at addresses. */
export interface EmulatedMap {
  readonly spec: MapSpec;
  /** The address of CPU 0's value of an element; 0 where there is no such element. */
  lookup(keyAddress: number): number;
  /** What a prog on CPU 0 does; the errno, or 0. */
  update(keyAddress: number, valueAddress: number, flags: bigint): number;
  delete(keyAddress: number): number;
  /** What user space does with BPF_ANY: the value goes to every CPU. The errno, or 0. */
  put(entry: MapEntry): number;
  content(): MapContent;
  /** The address of the first element of an array, for `lddw` of a value; 0 for other maps. */
  readonly directValue: number;
}

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

/** The map, or the errno of creating it; undefined where it is too big for the emulator's memory. */
export function createMap(
  spec: MapSpec,
  rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
): EmulatedMap | number | undefined {
  const errno = rule.checkCreate(spec);
  if (errno !== 0) return errno;
  const create = rule.storage === 'array' ? createArrayMap : createHashMap;
  // An update of a hash map puts the new value into a spare element before it frees the old one.
  const elements = spec.maxEntries + (rule.storage === 'array' ? 0 : 1);
  const values = addValues(spec, rule, memory, linux, elements);
  return values && create(spec, rule, memory, linux, values);
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

function addValues(
  { valueBytes, flags }: MapSpec,
  rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
  elements: number,
): Values | undefined {
  const strideBytes = roundUp(valueBytes, 8);
  const sizeBytes = elements * strideBytes;
  const read = (flags & MapFlag.WRONLY_PROG) === 0 ? Access.READ : Access.NONE;
  const write = (flags & MapFlag.RDONLY_PROG) === 0 ? Access.WRITE : Access.NONE;
  const elementSpec = { strideBytes, usedBytes: valueBytes };
  const region = addRegion(memory, { sizeBytes, access: read | write, elements: elementSpec });
  if (region === undefined) return undefined;
  const others = rule.values === 'per-cpu' ? linux.cpus - 1 : 0;
  return {
    start: memory.starts[region],
    strideBytes,
    valueBytes,
    otherCpus: Array.from({ length: others }, () => new Uint8Array(sizeBytes)),
  };
}
