import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import { type HelperName, helperId } from '../../src/isa/helpers.ts';
import { R10 } from '../../src/isa/opcode.ts';
import type { CasePlan, FunctionPlan, ProgPlan } from '../plan.ts';
import { repeated } from '../repeated.ts';
import type { Assembler, Label } from './assembler.ts';
import {
  CTX,
  NONE,
  REGS_USABLE,
  type Region,
  type RegState,
  SCALAR,
  STACK_WINDOW_BYTES,
  type View,
} from './view.ts';

/** What a function does to pointers that its caller holds. */
export interface Effects {
  /** Packet pointers are void. */
  packet: boolean;
  /** Maps, by number, whose values may have moved. */
  readonly maps: number[];
  /** About how many insns the verifier walks, and at how many of them it walks two ways. */
  weight: number;
  forks: number;
  /** Another prog may take its place, and answer for it. */
  tailCalls: boolean;
  /** It may end the whole prog. */
  throws: boolean;
  /** Something may be accessed away from its natural alignment. */
  unaligned: boolean;
}

export const noEffects = (): Effects => ({
  packet: false,
  maps: [],
  weight: 0,
  forks: 0,
  tailCalls: false,
  throws: false,
  unaligned: false,
});

/** A function while it is being lowered. */
export interface Frame {
  readonly plan: CasePlan;
  /** The prog of the plan that it is a function of: the first one's number is 0. */
  readonly prog: ProgPlan;
  readonly number: number;
  readonly role: FunctionPlan['role'];
  readonly stack: StackRules;
  readonly asm: Assembler;
  readonly view: View;
  readonly effects: Effects;
  /** Registers that hold what must stay: bit n for rn. */
  pinned: number;
  /** What `leave` leads to; the views that arrive there. */
  readonly end: Label;
  readonly arrivals: View[];
  /** fp offset of the first byte of the stack window. */
  readonly stackBase: number;
  /** The register that the ctx is kept in, or -1. */
  readonly ctxReg: number;
  /** Whether the ctx was taken from that register. */
  ctxKept: boolean;
  /** Whether the kernel is held by the first kfunc of a pair: see `hold`. */
  held: boolean;
  /** Whether all this may be done more than once: in loops, and in functions. */
  repeated: boolean;
  /** Whether a spin lock is held. */
  locked: boolean;
  /** Objects of the kernel that are alive on the stack: iterators and the like. */
  objects: number;
  /** Lowers that function, once, and tells what it does. */
  readonly functionEffects: (callee: number) => Effects;
}

/** The forms that lowering itself needs; every kernel has them. */
export const F = {
  movK: formNamed('mov64.k'),
  movX: formNamed('mov64.x'),
  addK: formNamed('add64.k'),
  addX: formNamed('add64.x'),
  mulK: formNamed('mul64.k'),
  andK: formNamed('and64.k'),
  exit: formNamed('exit'),
  helper: formNamed('call.helper'),
  ldxw: formNamed('ldxw'),
  stdw: formNamed('stdw'),
  stxdw: formNamed('stxdw'),
  stw: formNamed('stw'),
  sth: formNamed('sth'),
  stb: formNamed('stb'),
  lddw: formNamed('lddw.imm'),
  jeqK: formNamed('jeq64.k') as FormOf<'jump'>,
  jneK: formNamed('jne64.k') as FormOf<'jump'>,
} as const;

/** Plain loads, by their bytes. */
export const LOAD = {
  1: formNamed('ldxb'),
  2: formNamed('ldxh'),
  4: formNamed('ldxw'),
  8: formNamed('ldxdw'),
} as const;

/** Below the window: room for a key, then for a value, then for objects of the kernel. */
export const KEY_ROOM_BYTES = 16;
export const VALUE_ROOM_BYTES = 32;
export const OBJECT_ROOM_BYTES = 16;
const OBJECTS_MAX = 4;

/** How the functions of a prog use the stack. */
export interface StackRules {
  /**
   * Whether progs take one another's place, on the same stack: since 6.9 the interpreter gives them no more
   * of it than the first one uses, and a prog that uses more destroys the kernel's (do_misc_fixups,
   * kernel/bpf/verifier.c 6.12, where `stack_depth` is set anew). So all of them use equally much.
   */
  readonly isShared: boolean;
  /** Objects of the kernel that a function has room for. */
  readonly objectsMax: number;
  /** What a function uses of the stack. */
  readonly frameBytes: number;
}

/** Four functions, each in one another's frame, have 512 bytes together (`MAX_BPF_STACK`). */
export function stackRulesOf({ maps }: CasePlan, { functions }: ProgPlan): StackRules {
  const isShared = maps.some(({ spec }) => spec.type === 'prog_array');
  const objectsMax = functions.length <= 1 && !isShared ? OBJECTS_MAX : 1;
  const roomBytes = KEY_ROOM_BYTES + VALUE_ROOM_BYTES + OBJECT_ROOM_BYTES * objectsMax;
  return { isShared, objectsMax, frameBytes: STACK_WINDOW_BYTES + roomBytes };
}

export const keyRoom = (frame: Frame): number => frame.stackBase - KEY_ROOM_BYTES;
export const valueRoom = (frame: Frame): number => keyRoom(frame) - VALUE_ROOM_BYTES;

/** Does the step with so many rooms for objects, by their fp offsets; false where there are too few. */
export function withObjects(
  frame: Frame,
  count: number,
  step: (...rooms: readonly number[]) => void,
): boolean {
  if (frame.objects + count > frame.stack.objectsMax) return false;
  const first = frame.objects;
  const rooms = repeated(count, (i) => valueRoom(frame) - OBJECT_ROOM_BYTES * (first + i + 1));
  frame.objects += count;
  step(...rooms);
  frame.objects = first;
  return true;
}

/** Runs a step that lowers what may be done more than once. */
export function whileRepeated(frame: Frame, step: () => void): void {
  const { repeated } = frame;
  frame.repeated = true;
  step();
  frame.repeated = repeated;
}

export const isPinned = (frame: Frame, reg: number): boolean => (frame.pinned & (1 << reg)) !== 0;

/** Bit n for rn; no bit for no register, nor for r10, which nobody writes. */
export const regMask = (reg: number | undefined): number =>
  reg === undefined || reg >= REGS_USABLE ? 0 : 1 << reg;

/** Runs `step` while the registers given stay as they are. */
export function whilePinned<T>(frame: Frame, regs: readonly number[], step: () => T): T {
  const before = frame.pinned;
  for (const reg of regs) frame.pinned |= regMask(reg);
  const result = step();
  frame.pinned = before;
  return result;
}

/**
 * A register that may be written: `hint` or the next one, pointers only where all else is taken. None of those
 * in `kept` (`regMask`).
 */
export function writable(frame: Frame, hint: number, kept = 0): number {
  const taken = frame.pinned | kept;
  let unpinned = -1;
  for (let i = 0; i < REGS_USABLE; i++) {
    const reg = (hint + i) % REGS_USABLE;
    if ((taken & (1 << reg)) !== 0) continue;
    if (!isPointer(frame, reg)) return reg;
    if (unpinned < 0) unpinned = reg;
  }
  if (unpinned < 0) throw new Error('every register is pinned');
  return unpinned;
}

/** A register that holds a scalar: `hint`, the next one, or one that is set for it. */
export function scalar(frame: Frame, hint: number): number {
  return holding(frame, SCALAR, hint, 0) ?? freshScalar(frame, hint);
}

/** A register that holds a scalar and may be overwritten. */
export function ownScalar(frame: Frame, hint: number): number {
  return holding(frame, SCALAR, hint, frame.pinned) ?? freshScalar(frame, hint);
}

/** A register that holds the ctx, or undefined. */
export function ctxRegister(frame: Frame, hint: number): number | undefined {
  const reg = holding(frame, CTX, hint, 0);
  if (reg === frame.ctxReg) frame.ctxKept = true;
  return reg;
}

/** The registers that hold pointers to memory of those kinds, with at least so many bytes. */
export function pointers(
  { view }: Frame,
  kinds: readonly Region['kind'][],
  bytes: number,
): readonly { readonly reg: number; readonly region: Region }[] {
  const found: { reg: number; region: Region }[] = [];
  for (let reg = 0; reg < REGS_USABLE; reg++) {
    const region = view.regs[reg];
    if (region === NONE || region === SCALAR || region === CTX || !('low' in region)) continue;
    if (kinds.includes(region.kind) && region.high - region.low >= bytes)
      found.push({ reg, region });
  }
  return found;
}

/** Notes a call: r1..r5 are lost, r0 holds a scalar. */
export function noteCall({ view }: Frame): void {
  for (let reg = 1; reg <= 5; reg++) view.regs[reg] = NONE;
  view.regs[0] = SCALAR;
}

export function callHelper(frame: Frame, helper: HelperName): void {
  frame.asm.emit(F.helper, { imm: helperId(helper) });
  noteCall(frame);
}

/** Packet pointers are void from here on. */
export function dropPackets({ view, effects }: Frame): void {
  effects.packet = true;
  dropRegions(view, (region) => region.kind === 'packet');
}

/** Pointers into values of that map are void from here on. */
export function dropValues({ view, effects }: Frame, map: number): void {
  if (!effects.maps.includes(map)) effects.maps.push(map);
  dropRegions(view, (region) => region.kind === 'value' && region.map === map);
}

/** `reg = r10 + off`. */
export function stackPointer(frame: Frame, reg: number, off: number): void {
  frame.asm.emit(F.movX, { dst: reg, src: R10 });
  frame.asm.emit(F.addK, { dst: reg, imm: off });
  frame.view.regs[reg] = NONE;
}

function freshScalar(frame: Frame, hint: number): number {
  const reg = writable(frame, hint);
  frame.asm.emit(F.movK, { dst: reg, imm: hint });
  frame.view.regs[reg] = SCALAR;
  return reg;
}

function dropRegions(view: View, isVoid: (region: Region) => boolean): void {
  for (let reg = 0; reg < REGS_USABLE; reg++) {
    const state = view.regs[reg];
    if (state !== NONE && state !== SCALAR && 'low' in state && isVoid(state)) {
      view.regs[reg] = NONE;
    }
  }
}

const isPointer = ({ view }: Frame, reg: number): boolean =>
  view.regs[reg] !== NONE && view.regs[reg] !== SCALAR;

/** The register of that state that the hint names, or the next one, without those of the mask. */
function holding({ view }: Frame, state: RegState, hint: number, without: number) {
  for (let i = 0; i < REGS_USABLE; i++) {
    const reg = (hint + i) % REGS_USABLE;
    if (view.regs[reg] === state && (without & (1 << reg)) === 0) return reg;
  }
  return undefined;
}
