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
  /**
   * What user space does by an update, whose flags are 0, BPF_NOEXIST, BPF_EXIST or none that there is: the
   * value goes to every CPU, or to the one that is named. The errno, or 0.
   */
  put(entry: MapEntry, flags: bigint, cpu?: number): number;
  /** Puts an entry in before the load, where that is not an update. The errno, or 0. */
  fill?(entry: MapEntry): number;
  /** What the other map commands of bpf(2) do. */
  readonly user: UserSide;
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
  readonly userRing?: UserRing;
  readonly localStorage?: LocalStorage;
  /** Of a map of cgroups: what progs get, and how it becomes zeros for another run. */
  readonly storage?: { readonly address: number; readonly clear: () => void };
  /** Of a map that packets are redirected to: the ifindex, or length of a queue, at an index. */
  redirectsTo?(index: number): number | undefined;
  /** Of a map of devices: the ifindexes, in the order in which a broadcast reaches them. */
  devices?(): readonly number[];
}

/**
 * A map as user space sees it by commands. Keys and values are as in a `MapEntry`; a number is an errno. What
 * is missing is ENOTSUPP.
 */
export interface UserSide {
  /**
   * The values of an element, CPU by CPU; none where they would be ids. A bloom filter is asked for a value.
   */
  lookup(key: Uint8Array): readonly Uint8Array[] | number;
  /** The errno, or 0. */
  delete(key: Uint8Array): number;
  /** The key behind one; the first where it is null or not in the map. */
  nextKey(key: Uint8Array | null): Uint8Array | number;
  lookupAndDelete?(key: Uint8Array): readonly Uint8Array[] | number;
  /** Of a hash map: its keys, bucket by bucket. */
  buckets?(): readonly (readonly Uint8Array[])[];
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

/** The value that belongs to the only owner that a case has: the socket of a run, the task. */
export interface LocalStorage {
  readonly owner: 'socket' | 'task';
  /** Its address; 0 where there is none. */
  address(): number;
  /** Begins one with the bytes at an address, or with zeros: its address. */
  create(from: number): number;
  /** Ends it; false where there is none. */
  remove(): boolean;
}

/** A ring that user space has written samples to (`__bpf_user_ringbuf_peek`, kernel/bpf/ringbuf.c 6.1). */
export interface UserRing {
  /** The next sample; what else is there, and an errno where it makes no sense. */
  peek(): Sample | 'nothing' | 'discarded' | number;
  release(sample: Sample): void;
  /** Whether a prog drains it just now. */
  busy: boolean;
}

export interface Sample {
  readonly start: number;
  readonly sizeBytes: number;
}

/** What a map without elements of its own that progs could reach answers. */
export const NO_ELEMENTS = {
  directValue: 0,
  lookup: () => 0,
  content: (): MapContent => [],
} as const;
