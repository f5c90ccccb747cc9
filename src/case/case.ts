import type { Insn } from '../isa/insn.ts';
import type { AttrOverrides } from './attr.ts';
import type { MapCommandKind } from './map-command.ts';
import type { MapType } from './map-type.ts';
import type { ProgType } from './prog-type.ts';

/**
 * One complete test as plain data: one load and what is done with it. It says all that is needed to
 * run it; nothing in it depends on a byte order, a kernel or a machine.
 */
export interface Case {
  readonly progType: ProgType;
  /** `bpf_attr.expected_attach_type`, the kernel's number; 0 for most types. */
  readonly expectedAttachType: number;
  /** `bpf_attr.prog_flags`. */
  readonly progFlags: number;
  /**
   * What `bpf_attr.attach_btf_id` is the id of: a function of the kernel, or for `struct_ops` a struct.
   * A tracing prog with one is attached to it while the runs are done. Absent for other types.
   */
  readonly attachBtf?: string;
  readonly maps: readonly MapSpec[];
  /**
   * Kernel symbols, each once: names of functions and variables of the kernel that insns name. In
   * `call kfunc` and in `lddw` of a variable, `imm` is an index into them.
   */
  readonly ksyms: readonly string[];
  /**
   * The first prog is the one that runs; the others are for tail calls. In `lddw` of a map, `imm` is
   * the map's index in `maps`, both for the fd and the index forms.
   */
  readonly progs: readonly Prog[];
  /** Done in order after one load; maps keep their content from run to run. */
  readonly runs: readonly Run[];
}

/** What one BPF_PROG_LOAD loads. */
export interface Prog {
  readonly insns: readonly Insn[];
}

/** One BPF_MAP_CREATE, and what is put into the map. */
export interface MapSpec {
  /** Letters, digits and `_`, at most 15; unique within the case. For people, not for the kernel. */
  readonly name: string;
  readonly type: MapType;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
  /** `bpf_attr.map_flags`. */
  readonly flags: number;
  /** Of a map of maps: the index in `maps` of the one before it that says what it holds. */
  readonly inner?: number;
  /** Where in its value a `struct bpf_spin_lock` lies, 4 bytes, which BTF tells the kernel; absent for none. */
  readonly spinLock?: number;
  /**
   * Where in its value a pointer to an object of `OBJECT_TYPE` lies, 8 bytes, which BTF tells the kernel; absent
   * for none.
   */
  readonly kptr?: number;
  /** Put in with BPF_ANY, in order, before the load. A per-CPU map gets the value on every CPU. */
  readonly entries: readonly MapEntry[];
}

/** One BPF_MAP_UPDATE_ELEM. */
export interface MapEntry {
  /** `keyBytes` bytes. The key of an array map is its u32 index, here always little-endian. */
  readonly key: Uint8Array;
  /**
   * `valueBytes` bytes, as they lie in memory. The value of a prog array is the index of a prog in
   * `progs`, that of a map of maps the index of a map in `maps`, before it: a u32, always little-endian.
   * The values of a `user_ringbuf` are 8 bytes each: what user space has written to it, headers included.
   */
  readonly value: Uint8Array;
}

/** One BPF_PROG_RUN: `bpf_attr.test`. */
export interface Run {
  /** `data_in`, or null for no pointer and size 0. */
  readonly data: Uint8Array | null;
  /** `ctx_in`, or null for no pointer and size 0. */
  readonly ctx: CtxInput | null;
  readonly repeat: number;
  readonly flags: number;
  readonly cpu: number;
  readonly batchSize: number;
  /** Bytes of the `data_out` buffer, and `data_size_out`; null for no pointer and size 0. */
  readonly dataOutBytes: number | null;
  /** Bytes of the `ctx_out` buffer, and `ctx_size_out`; null for no pointer and size 0. */
  readonly ctxOutBytes: number | null;
  /** What else the command says, mostly nothing that is sound; absent for nothing. */
  readonly attr?: AttrOverrides;
  /** Done in order after the run; absent for none. */
  readonly commands?: readonly MapCommand[];
}

/** One map command of bpf(2), by user space. */
export interface MapCommand {
  readonly kind: MapCommandKind;
  /** The index in `maps`. */
  readonly map: number;
  /**
   * The key as a `MapEntry` has it, or null for a NULL pointer. Of a batch that updates or deletes, `count`
   * keys one behind the other; of others, and of `freeze`, null.
   */
  readonly key: Uint8Array | null;
  /**
   * The value as a `MapEntry` has it, or null for a NULL pointer; of a batch that updates, `count` values.
   * A per-CPU map gets it on every CPU. Of a `lookup` in a bloom filter, the value that is asked for;
   * other commands have a buffer for what comes out, and null here.
   */
  readonly value: Uint8Array | null;
  /** `bpf_attr.flags`, and of a batch `bpf_attr.batch.elem_flags`: 64 bits. */
  readonly flags: bigint;
  /** Of a batch: `bpf_attr.batch.count`. 0 for other commands. */
  readonly count: number;
}

/** A ctx by field name (see ctx.ts), so that one case serves either byte order. */
export interface CtxInput {
  /** `ctx_size_in`: longer than the struct means zeros behind it, shorter cuts it. */
  readonly sizeBytes: number;
  /** Fields that aren't named are 0. Unsigned, within the field's width. */
  readonly fields: Readonly<Record<string, bigint>>;
}

/** A run with nothing in and nothing out, to be spread and overridden. */
export const PLAIN_RUN: Run = {
  data: null,
  ctx: null,
  repeat: 1,
  flags: 0,
  cpu: 0,
  batchSize: 0,
  dataOutBytes: null,
  ctxOutBytes: null,
};
