import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { MapContent } from '../../target.ts';

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
