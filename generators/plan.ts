import type { MapCommand, MapSpec, Run } from '../src/case/case.ts';
import type { IteratorKfuncs, Kfunc, KfuncPair, PerCpuVariable } from '../src/case/ksyms.ts';
import type { ProgType } from '../src/case/prog-type.ts';
import type { FormOf } from '../src/isa/forms.ts';
import type { PlainHelper } from './capabilities.ts';
import type { DynptrOp, DynptrSource } from './dynptr-op.ts';
import type { HelperCall } from './helper-arguments.ts';
import type { VerdictFragment } from './live-run.ts';
import type { LocalStorageFragment } from './local-storage.ts';
import type { Breach } from './near-miss/breach.ts';
import type { PacketBytesFragment } from './packet-bytes.ts';

/**
 * What a case is made from: a tree, in which every part can be removed or made simpler and the rest
 * still makes a valid case. `lower` turns a plan into its case, always the same one.
 *
 * Every number in a plan is a *hint*, 0 the simplest: where what it names isn't there (a register that
 * holds no scalar, a map that was dropped), lowering takes the next one that is.
 */
export interface CasePlan {
  readonly progType: ProgType;
  /** `bpf_attr.expected_attach_type`. */
  readonly attachType: number;
  /** What progs of the type attach to by name. */
  readonly attachBtf?: string;
  /** `bpf_attr.prog_flags` on top of those that the insns need. */
  readonly progFlags: number;
  readonly maps: readonly MapPlan[];
  readonly prog: ProgPlan;
  /** Progs that arrays of progs lead to: numbers 1 and up, 0 is `prog` itself. */
  readonly targets: readonly ProgPlan[];
  readonly runs: readonly Run[];
  /** What user space does with maps behind the runs. */
  readonly commands: readonly CommandPlan[];
  /** Maps that no prog names, to see what comes of creating them. */
  readonly oddMaps: readonly MapSpec[];
  /** What is wrong with the case on purpose; absent where nothing is. */
  readonly breach?: Breach;
}

/**
 * A command to a map of the plan, which `map` names: it stays the same when others are dropped. Its own `map` says
 * nothing.
 */
export interface CommandPlan {
  /** Behind which run; behind the last where there are fewer. */
  readonly run: number;
  readonly map: string;
  readonly command: MapCommand;
}

/**
 * A map, with the keys that progs use: some are in the map at first, some aren't. The values of a map of
 * maps are filled in when it is lowered: each is its inner map.
 */
export interface MapPlan {
  readonly spec: MapSpec;
  readonly keys: readonly Uint8Array[];
}

export interface ProgPlan {
  readonly body: Body;
  /** A function calls only functions behind itself; the ones that nobody calls are left out. */
  readonly functions: readonly FunctionPlan[];
  /** The register that keeps the ctx, counted from r6. */
  readonly ctxReg: number;
  /** How many times 8 bytes lie between the frame's end and the part of the stack that is used. */
  readonly stackShift: number;
  /** Which registers reach the map at exit: bit n for rn. */
  readonly savedRegs: number;
  /** Which of them are added to what is there, so that rounds and runs add up: bit n for rn. */
  readonly addedRegs: number;
  /** Which 8-byte slots of the stack do: bit n for slot n. */
  readonly savedSlots: number;
  /** The register that becomes r0 at the end. */
  readonly result: number;
}

export interface FunctionPlan {
  /**
   * A callback takes a number and a slot, and ends a `bpf_loop` by returning 1. A visitor takes a map, a
   * key, a value and a slot, and ends a walk so; a drainer a sample of a ring and a slot.
   */
  readonly role: 'subprog' | 'callback' | 'visitor' | 'drainer';
  readonly args: readonly ArgKind[];
  readonly body: Body;
  /** The registers that are folded into the result: bit n for rn. */
  readonly folded: number;
  readonly result: number;
}

/** `slot`: a pointer to 8 bytes of the caller's stack; `sample`: a dynptr; `opaque`: what isn't used. */
export type ArgKind = 'scalar' | 'ctx' | 'slot' | 'sample' | 'opaque';

export type Body = readonly Fragment[];

export type AluForm = FormOf<'alu'> | FormOf<'movsx'> | FormOf<'end'>;
export type AccessForm =
  | FormOf<'load'>
  | FormOf<'store'>
  | FormOf<'atomic'>
  | FormOf<'load_acq'>
  | FormOf<'store_rel'>;

/** Eight bytes each: a register where `src` is even, else the immediate. */
export type Content = readonly { readonly src: number; readonly imm: number }[];

/** How a map is named in `lddw`. */
export type MapBy = 'fd' | 'idx';
/** How a jump that is no comparison is written: with a 16-bit or a 32-bit offset. */
export type Reach = 'ja' | 'jal';

/**
 * One step of a prog. `bodies` hold what comes under it; the numbers are hints: `dst`, `src`, `index`,
 * `base` registers, `off` and `at` places, the others what they say.
 */
export type Fragment =
  | {
      readonly kind: 'alu';
      readonly form: AluForm;
      readonly dst: number;
      readonly src: number;
      readonly imm: number;
    }
  | { readonly kind: 'const'; readonly dst: number; readonly value: bigint }
  /** Bodies: where the comparison doesn't jump, where it does. */
  | {
      readonly kind: 'branch';
      readonly form: FormOf<'jump'>;
      readonly reach: Reach;
      readonly dst: number;
      readonly src: number;
      readonly imm: number;
      readonly bodies: readonly [Body, Body];
    }
  | {
      readonly kind: 'loop';
      /** Beyond the first. */
      readonly trips: number;
      /** Which way of counting. */
      readonly closing: number;
      /** Whether the kernel may end it too, which it does of none so short. */
      readonly guard: 'none' | 'may_goto';
      readonly counter: number;
      readonly bodies: readonly [Body];
    }
  | { readonly kind: 'call'; readonly callee: number; readonly args: readonly number[] }
  /** bpf_loop with a callback, which is given a slot of the stack. */
  | {
      readonly kind: 'each';
      readonly callee: number;
      readonly times: bigint;
      readonly slot: number;
      readonly flags: number;
    }
  | ({ readonly kind: 'walk' } & Visit)
  | ({ readonly kind: 'drain' } & Visit)
  /** The index is a register's where `src` is not 0. */
  | {
      readonly kind: 'tail-call';
      readonly by: MapBy;
      readonly map: number;
      readonly index: number;
      readonly src: number;
    }
  | {
      readonly kind: 'sequence';
      readonly by: MapBy;
      readonly op: 'push' | 'pop' | 'peek';
      readonly map: number;
      readonly flags: number;
      readonly content: Content;
      readonly dst: number;
    }
  /** A look-up in a map of maps, and one in what it finds. */
  | {
      readonly kind: 'nested';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly innerKey: number;
      readonly off: number;
      readonly reg: number;
      readonly op: 'load' | 'store';
    }
  | {
      readonly kind: 'ring';
      readonly by: MapBy;
      readonly op: 'output' | 'submit' | 'discard' | 'query';
      readonly map: number;
      readonly size: number;
      readonly flags: number;
      readonly src: number;
    }
  /** perf_event_output: `index` and `packetBytes` make its flags. */
  | {
      readonly kind: 'event';
      readonly by: MapBy;
      readonly map: number;
      readonly flags: bigint;
      readonly size: number;
    }
  | {
      readonly kind: 'redirect-map';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly flags: number;
    }
  | { readonly kind: 'kfunc'; readonly kfunc: Kfunc; readonly args: readonly number[] }
  | { readonly kind: 'throw'; readonly result: number }
  /** An object of the prog's own: written, read through a second reference where `shared` is odd, dropped. */
  | {
      readonly kind: 'own';
      readonly reg: number;
      readonly shared: number;
      readonly content: Content;
      readonly form: FormOf<'load'>;
      readonly off: number;
    }
  /**
   * An exchange of the object in a value: for one of the prog's own where `fill` is odd, else for NULL. What lay
   * there is read and dropped.
   */
  | {
      readonly kind: 'stash';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly reg: number;
      readonly fill: number;
      readonly content: Content;
      readonly form: FormOf<'load'>;
      readonly off: number;
    }
  /** Under the spin lock of a value that a look-up finds. */
  | {
      readonly kind: 'lock';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly reg: number;
      readonly bodies: readonly [Body];
    }
  /** Between two kfuncs. */
  | { readonly kind: 'hold'; readonly pair: KfuncPair; readonly bodies: readonly [Body] }
  /** A loop over an open-coded iterator: `first` and `count` are its numbers, `slot` holds its bits. */
  | {
      readonly kind: 'iterate';
      readonly iterator: IteratorKfuncs;
      readonly first: number;
      readonly count: number;
      readonly slot: number;
      /** The register that its numbers go into. */
      readonly mixed: number;
      readonly bodies: readonly [Body];
    }
  /** A dynptr, and what is done with it: `size` and `flags` are those that it is made with. */
  | {
      readonly kind: 'dynptr';
      readonly source: DynptrSource;
      readonly by: MapBy;
      readonly map: number;
      readonly size: number;
      readonly flags: number;
      /** The register that every answer goes into. */
      readonly mixed: number;
      readonly ops: readonly DynptrOp[];
      readonly end: 'submit' | 'discard';
    }
  /** Reads a variable of the kernel: `cpu` 0 is this CPU, n the one of number n - 1. */
  | {
      readonly kind: 'variable';
      readonly variable: PerCpuVariable;
      readonly cpu: number;
      readonly form: FormOf<'load'>;
      readonly off: number;
    }
  /** Bodies: the key was found, it wasn't. */
  | {
      readonly kind: 'lookup';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly dst: number;
      readonly test: number;
      readonly bodies: readonly [Body, Body];
    }
  /** As `lookup`, of a CPU's value in a per-CPU map. */
  | {
      readonly kind: 'lookup-cpu';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly cpu: number;
      readonly dst: number;
      readonly test: number;
      readonly bodies: readonly [Body, Body];
    }
  /** A pointer to the storage of the cgroup, of which a run has zeros. */
  | {
      readonly kind: 'storage';
      readonly by: MapBy;
      readonly map: number;
      readonly dst: number;
    }
  | {
      readonly kind: 'value';
      readonly by: MapBy;
      readonly map: number;
      readonly off: number;
      readonly dst: number;
    }
  | {
      readonly kind: 'update';
      readonly by: MapBy;
      readonly map: number;
      readonly key: number;
      readonly flags: number;
      readonly content: Content;
    }
  | { readonly kind: 'delete'; readonly by: MapBy; readonly map: number; readonly key: number }
  /** Bodies: the packet is long enough, it isn't. */
  | {
      readonly kind: 'packet';
      readonly from: 'data' | 'data_meta';
      /** Beyond the first. */
      readonly bytes: number;
      /** How many low bits of a register are added to the pointer first. */
      readonly indexBits: number;
      readonly index: number;
      readonly dst: number;
      readonly test: number;
      readonly bodies: readonly [Body, Body];
    }
  /** `base` 0 is the stack, others are pointers at hand; `via` 0 is r10 itself. */
  | {
      readonly kind: 'access';
      readonly form: AccessForm;
      readonly base: number;
      readonly off: number;
      readonly reg: number;
      readonly imm: number;
      readonly via: number;
    }
  /** An access to a map value at an offset that a register gives. */
  | {
      readonly kind: 'indexed';
      readonly form: AccessForm;
      readonly base: number;
      readonly index: number;
      readonly off: number;
      readonly reg: number;
      readonly imm: number;
    }
  | {
      readonly kind: 'ctx-read';
      readonly form: FormOf<'load'>;
      readonly field: number;
      readonly dst: number;
    }
  | {
      readonly kind: 'ctx-write';
      readonly form: FormOf<'store'>;
      readonly field: number;
      readonly src: number;
      /** Whether it is read again into the register that it came from: 0 or 1. */
      readonly back: number;
    }
  /** Follows the pointer of the ctx, or reads a byte behind it. */
  | { readonly kind: 'object'; readonly dst: number; readonly off: number }
  | { readonly kind: 'helper'; readonly helper: PlainHelper }
  | { readonly kind: 'helper-call'; readonly call: HelperCall; readonly args: readonly number[] }
  | PacketBytesFragment
  | {
      readonly kind: 'legacy';
      readonly form: FormOf<'packet'>;
      readonly imm: number;
      readonly src: number;
    }
  | VerdictFragment
  | LocalStorageFragment
  | { readonly kind: 'leave'; readonly how: 'exit' | Reach; readonly result: number };

/**
 * for_each_map_elem with a visitor, or user_ringbuf_drain with a drainer, which is given a slot of the
 * stack.
 */
interface Visit {
  readonly by: MapBy;
  readonly map: number;
  readonly callee: number;
  readonly slot: number;
  readonly flags: number;
}

export type FragmentKind = Fragment['kind'];
export type FragmentOf<Kind extends FragmentKind> = Extract<Fragment, { readonly kind: Kind }>;
