import type { MapEntry, MapSpec } from '../../../case/case.ts';
import type { MapContent } from '../../target.ts';

/** A map of the running case. Keys and values of progs lie in memory, at addresses. */
export interface EmulatedMap {
  readonly spec: MapSpec;
  /** What a prog gets for a key: the address of CPU 0's value, or a pointer to a map; 0 for none. */
  lookup(keyAddress: number): number;
  /** What a prog on CPU 0 does; the errno, or 0. */
  update(keyAddress: number, valueAddress: number, flags: bigint): number;
  delete(keyAddress: number): number;
  /** What user space does with BPF_ANY: the value goes to every CPU. The errno, or 0. */
  put(entry: MapEntry): number;
  content(): MapContent;
  /** The address of the first element of an array, for `lddw` of a value; 0 for other maps. */
  readonly directValue: number;
  /** Of a per-CPU map: as `lookup`, for a CPU that there is. */
  lookupOnCpu?(keyAddress: number, cpu: number): number;
  /** Of a map that progs can walk: its elements, in the kernel's order. */
  elements?(): Iterable<Element>;
  /** Of a map without keys. */
  readonly sequence?: Sequence;
  /** Of an array of progs: which prog of the case is at an index. */
  progAt?(index: number): number | undefined;
  readonly ring?: Ring;
  /** Of a map that packets are redirected to: whether an index leads anywhere. */
  redirectsTo?(index: number): boolean;
}

/** An element as a walk sees it. */
export interface Element {
  readonly key: Uint8Array;
  /** Of CPU 0's value. */
  readonly valueAddress: number;
}

/** What takes values, and gives them back, without a key. Each answers the errno, or 0. */
export interface Sequence {
  push(valueAddress: number, flags: bigint): number;
  pop(toAddress: number): number;
  peek(valueAddress: number): number;
}

/** A ring of records, which nobody reads while progs run. */
export interface Ring {
  /** Where so many bytes may be written; 0 where there is no room for them. */
  reserve(sizeBytes: bigint): number;
  /** Ends a reservation; false where there is none at the address. */
  commit(address: number, as: 'submitted' | 'discarded'): boolean;
  /** Positions, in bytes. */
  consumed(): number;
  produced(): number;
}

/** What a map without elements of its own that progs could reach answers. */
export const NO_ELEMENTS = {
  directValue: 0,
  lookup: () => 0,
  content: (): MapContent => [],
} as const;
