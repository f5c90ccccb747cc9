import type { CtxField } from '../../case/ctx.ts';
import { PER_CPU_VARIABLES } from '../../case/ksyms.ts';
import { REGS, STACK_BYTES } from '../../isa/opcode.ts';
import type { Fault, LinuxSetting } from '../target.ts';
import { type ArchRules, archRules } from './arches.ts';
import { type Code, createCode } from './code.ts';
import type { EmulatedMap } from './maps/map.ts';
import { Access, addRegion, createMemory, type Memory, NOWHERE } from './memory.ts';
import { createObservations, type Observations } from './observations.ts';
import { type Pointers, pointersOf } from './pointers.ts';
import type { ReleaseRules } from './releases.ts';
import type { Packet } from './run/packet.ts';
import { PACKET_ROOM_BYTES } from './run/packet-room.ts';
import { LOOPBACK_IFINDEX, type RedirectInfo, USED_UP } from './run/redirect-info.ts';
import type { XdpBuff } from './run/xdp-buff.ts';
import type { StackObject } from './stack-objects.ts';

/** All that a running prog can see or change. One for each emulator, used again for every case. */
export interface Machine {
  readonly linux: LinuxSetting;
  readonly littleEndian: boolean;
  readonly release: ReleaseRules;
  readonly arch: ArchRules;
  readonly memory: Memory;
  readonly code: Code;
  /** r0..r10, and the same bytes as 32-bit words. */
  readonly regs: BigUint64Array;
  readonly words: Uint32Array;
  /** Callers' r6..r9 and return rows, by depth. */
  readonly savedRegs: BigUint64Array;
  readonly returnRows: Int32Array;
  /** How many tail calls were done, by depth; only the first counts where they count together. */
  readonly tailCalls: Int32Array;
  /** How many frames of the same prog lie below each: its first function has 0. */
  readonly levels: Int32Array;
  /** Active frames less one. */
  depth: number;
  /** See `EmulatorOptions`. */
  readonly luck: number;
  /** What a frame holds before anything is written to it. */
  readonly newStack: Uint8Array;
  readonly pointers: Pointers;
  /** Frames, the outermost first; it ends with the innermost active one. */
  readonly stackRegion: number;
  readonly ctx: CtxState;
  readonly packetRegion: number;
  /** Where the page of the packet begins, headroom included; `PACKET_ROOM_BYTES` lie before it. */
  readonly packetStart: number;
  /** What a pointer in the ctx leads to: flow keys, or the state of a netfilter hook. */
  readonly objectRegion: number;
  /** The packet of an skb type, for helpers and LD_ABS; null for other types. */
  packet: Packet | null;
  /** The packet of an XDP prog, for helpers; null for other types. */
  xdp: XdpBuff | null;
  /** The call that a tracing prog is run for; null for other types. */
  traced: TracedCall | null;
  /** Ifindexes of the devices that there are. */
  interfaces: readonly number[];
  redirect: RedirectInfo;
  maps: readonly EmulatedMap[];
  /** Of `PER_CPU_VARIABLES`, all zeros: one for all CPUs each. */
  readonly variableRegions: readonly number[];
  /** By address: see `StackObject`. */
  readonly objects: Map<number, StackObject>;
  readonly observations: Observations;
  /** The index of the map that the helper at hand was given; -1 for none. */
  mapGiven: number;
  /** The row that a helper was called from. */
  row: number;
  stepsLeft: number;
  fault: Fault | null;
  /** What a prog threw: a fault stands for it until all functions have ended. */
  thrown: bigint | null;
  /** Whether `bpf_rdonly_cast` was called in this case. */
  hasCast: boolean;
  /** Times that the clock was read, and the state of the random numbers: answers depend on no machine. */
  clockReads: number;
  randomState: number;
  /** `callFunction`: for helpers with callbacks, which the interpreter itself calls. */
  readonly call: (machine: Machine, row: number, ...args: readonly bigint[]) => void;
}

/** What a tracing prog has in its ctx: so many arguments, then what the function returned, if known. */
export interface TracedCall {
  readonly args: number;
  readonly result: 'known' | 'unknown';
}

/** Where the ctx lies, and how progs get at it. */
export interface CtxState {
  readonly start: number;
  /** What progs get in r1: `start`, or 0 for a NULL pointer. */
  pointer: number;
  /** Bytes of the struct, for the prog type of the case. */
  sizeBytes: number;
  access: CtxAccess;
  /** Room for the struct as BPF_PROG_RUN takes it in and gives it out. */
  readonly structBytes: Uint8Array;
  readonly structView: DataView;
}

/** How accesses to a ctx differ from accesses to plain memory. */
export interface CtxAccess {
  /** By name. */
  readonly fields: ReadonlyMap<string, CtxField>;
  /** Where a load of that many bytes at an offset into the ctx reads; NOWHERE where it may not. */
  readonly loadAddress: (offset: number, sizeBytes: number) => number;
  /** Does a store; false where the kernel would refuse it. */
  readonly store: (offset: number, sizeBytes: number, value: bigint, operand: 'k' | 'x') => boolean;
}

/** More than any ctx struct has. */
const CTX_BYTES_MAX = 256;
/** More than any struct has that a ctx points to. */
const OBJECT_BYTES_MAX = 64;
/** Progs that run within one another, where subprogs tail-call: the first and 33 others. */
const PROGS_MAX = 34;
const INITIAL_ROWS = 4096;
/** Any number but 0. */
const RANDOM_SEED = 0x2545f491;

/** Slots of the stack, counted from its lowest. */
export type LuckySlots = 'all' | 'even' | 'odd';

const newStack = (luck: number, slots: LuckySlots): Uint8Array =>
  new Uint8Array(STACK_BYTES).map((_, at) =>
    slots === 'all' || slots === ((at >> 3) % 2 === 0 ? 'even' : 'odd') ? luck : 0,
  );

export function createMachine(
  linux: LinuxSetting,
  release: ReleaseRules,
  { luck, luckySlots }: { readonly luck: number; readonly luckySlots: LuckySlots },
  call: Machine['call'],
): Machine {
  const memory = createMemory(luck);
  const frames = { strideBytes: STACK_BYTES, usedBytes: STACK_BYTES };
  const frameCount = release.callFrames * PROGS_MAX;
  const stackBytes = frameCount * STACK_BYTES;
  const addStack = () => mustAdd(memory, stackBytes, Access.BOTH, frames);
  const ctx = mustAdd(memory, CTX_BYTES_MAX, Access.NONE);
  // Which of stack and packet lies behind the other is luck as well.
  const stackFirst = luck % 2 === 0 ? addStack() : undefined;
  const packetRegion = mustAdd(memory, 2 * PACKET_ROOM_BYTES, Access.BOTH);
  const stack = stackFirst ?? addStack();
  const objectRegion = mustAdd(memory, OBJECT_BYTES_MAX, Access.NONE);
  const variableRegions = PER_CPU_VARIABLES.map(({ sizeBytes }) =>
    mustAdd(memory, sizeBytes, Access.READ),
  );
  const structBytes = new Uint8Array(CTX_BYTES_MAX);
  const regs = new BigUint64Array(REGS);
  return {
    linux,
    littleEndian: linux.endianness === 'little',
    release,
    arch: archRules(linux),
    memory,
    code: createCode(INITIAL_ROWS),
    regs,
    words: new Uint32Array(regs.buffer),
    savedRegs: new BigUint64Array(4 * frameCount),
    returnRows: new Int32Array(frameCount),
    tailCalls: new Int32Array(frameCount),
    levels: new Int32Array(frameCount),
    depth: 0,
    luck,
    newStack: newStack(luck, luckySlots),
    pointers: pointersOf(luck),
    stackRegion: stack,
    ctx: {
      start: memory.starts[ctx],
      pointer: memory.starts[ctx],
      sizeBytes: 0,
      structBytes,
      structView: new DataView(structBytes.buffer),
      access: { fields: new Map(), loadAddress: () => NOWHERE, store: () => false },
    },
    packetRegion,
    packetStart: memory.starts[packetRegion] + PACKET_ROOM_BYTES,
    objectRegion,
    packet: null,
    xdp: null,
    traced: null,
    interfaces: [LOOPBACK_IFINDEX],
    redirect: USED_UP,
    maps: [],
    variableRegions,
    objects: new Map(),
    observations: createObservations(),
    mapGiven: -1,
    row: 0,
    stepsLeft: 0,
    fault: null,
    thrown: null,
    hasCast: false,
    clockReads: 0,
    randomState: 0,
    call,
  };
}

/** Forgets what the last case did, but for its maps. */
export function startCase(machine: Machine): void {
  machine.maps = [];
  machine.objects.clear();
  machine.interfaces = [LOOPBACK_IFINDEX];
  machine.redirect = USED_UP;
  machine.hasCast = false;
  machine.clockReads = machine.luck;
  machine.randomState = RANDOM_SEED;
}

/** Records why the prog can't go on; the first reason counts. */
export function raise(
  machine: Machine,
  reason: Fault['reason'],
  row: number,
  detail: string,
): void {
  const { code } = machine;
  const prog = code.prog[row];
  const slot = code.slot[row] - code.slot[code.firstRows[prog]];
  machine.fault ??= { reason, prog, slot, detail };
}

function mustAdd(
  memory: Memory,
  sizeBytes: number,
  access: number,
  elements?: { readonly strideBytes: number; readonly usedBytes: number },
): number {
  const region = addRegion(memory, { sizeBytes, access, ...(elements && { elements }) });
  if (region === undefined) throw new Error(`no memory for ${sizeBytes} bytes`);
  return region;
}
