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
  /** Where in each a pointer to an object lies, and what becomes of it when another value is put there. */
  readonly kptr?: { readonly at: number; readonly onUpdate: KptrOnUpdate };
}

/** See `ReleaseRules.kptrOnUpdate`. */
export type KptrOnUpdate = 'dropped' | 'kept';
/** A pointer. */
const KPTR_BYTES = 8;

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

/** The values of an element, CPU by CPU, with zeros for a kptr. */
export function valuesOf(memory: Memory, values: Values, element: number): readonly Uint8Array[] {
  const { kptr } = values;
  return Array.from({ length: values.cpus }, (_, cpu) => {
    const at = valueAddressOn(values, element, cpu);
    const value = memory.bytes.slice(at, at + values.valueBytes);
    return kptr === undefined ? value : value.fill(0, kptr.at, kptr.at + KPTR_BYTES);
  });
}

/** Does what overwrites a value, but for its kptr. */
export function overwrite(
  { view }: Memory,
  { kptr }: Values,
  address: number,
  write: () => void,
): void {
  const kept = kptr?.onUpdate === 'kept' ? view.getBigUint64(address + kptr.at) : 0n;
  write();
  if (kptr !== undefined) view.setBigUint64(address + kptr.at, kept);
}

/** Puts a value of user space to every CPU, or to the one that is named. */
export function fillValues(
  memory: Memory,
  values: Values,
  element: number,
  value: Uint8Array,
  only?: number,
): void {
  for (let cpu = 0; cpu < values.cpus; cpu++) {
    if (only !== undefined && cpu !== only) continue;
    memory.bytes.set(value, valueAddressOn(values, element, cpu));
  }
}

/** Makes the values of an element zeros, which is new and gets one for a single CPU. */
export function clearValues(memory: Memory, values: Values, element: number): void {
  for (let cpu = 0; cpu < values.cpus; cpu++) {
    const at = valueAddressOn(values, element, cpu);
    memory.bytes.fill(0, at, at + values.valueBytes);
  }
}

/** `sizeof(struct bpf_spin_lock)`. */
const LOCK_BYTES = 4;

/** What checks of updates are told. */
export const lockOf = ({ spinLock }: MapSpec): 'locked' | undefined =>
  spinLock === undefined ? undefined : 'locked';

/** `copy_map_value`: all but the lock, which is 0, as nobody holds it when values are copied. */
export function copyValue({ bytes }: Memory, spec: MapSpec, to: number, from: number): void {
  const { spinLock, valueBytes } = spec;
  bytes.copyWithin(to, from, from + valueBytes);
  if (spinLock !== undefined) bytes.fill(0, to + spinLock, to + spinLock + LOCK_BYTES);
}

/** A value of user space with no lock in it. */
export const withoutLock = ({ spinLock }: MapSpec, value: Uint8Array): Uint8Array =>
  spinLock === undefined ? value : value.slice().fill(0, spinLock, spinLock + LOCK_BYTES);

/** Makes the values of an element zeros on all CPUs but the first (`pcpu_init_value`, 6.1). */
export function clearOtherCpus(memory: Memory, values: Values, element: number): void {
  for (let cpu = 1; cpu < values.cpus; cpu++) {
    const at = valueAddressOn(values, element, cpu);
    memory.bytes.fill(0, at, at + values.valueBytes);
  }
}
