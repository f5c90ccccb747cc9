import type { MapSpec } from '../../src/case/case.ts';
import { KFUNC_MEMORY_BYTES, type KfuncArg } from '../../src/case/ksyms.ts';
import type { HelperName } from '../../src/isa/helpers.ts';
import { STEADY, WALKED, ZERO_SEED } from '../map-kinds.ts';
import type { ArgKind, FragmentOf, FunctionPlan } from '../plan.ts';
import { emitConst } from './compute.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  dropValues,
  type Effects,
  F,
  type Frame,
  keyRoom,
  noteCall,
  scalar,
  stackPointer,
  valueRoom,
  whilePinned,
} from './frame.ts';
import { mapNumber, setMap, storeBytes } from './maps.ts';
import { ensureReadable, slotAt } from './stack.ts';
import { Byte, CTX, NONE, type RegState, SCALAR, setBytes } from './view.ts';

/** Sets the arguments, calls, and takes over what the callee does to this function's pointers. */
export function lowerCall(frame: Frame, { callee, args }: FragmentOf<'call'>): void {
  const target = calleeOf(frame, callee, 'subprog');
  if (target === undefined) return;
  const done = frame.functionEffects(target);
  // No kernel lets another prog end a callback.
  if ((done.tailCalls || done.throws) && frame.role !== 'subprog') return;
  const kinds = frame.prog.functions[target - 1].args;
  setArguments(frame, kinds, args);
  frame.asm.call(target);
  noteCallOf(frame, done, 1);
}

/** bpf_loop(times, callback, slot, flags). */
export function lowerEach(frame: Frame, { callee, times, slot, flags }: FragmentOf<'each'>): void {
  const target = calleeOf(frame, callee, 'callback');
  if (target === undefined) return;
  const { asm, view } = frame;
  const done = frame.functionEffects(target);
  const at = slotAt(slot, 8);
  ensureReadable(frame, at, 8);
  setBytes(view.stack, Byte.MAYBE_ZERO, at, at + 8);
  // Since 6.7 a callback that is called 0 times is dead code, and removed beneath its address: see
  // corpus/regressions/dead-callback-keeps-its-address.case.
  emitConst(frame, 1, times || 1n);
  asm.address(2, target);
  stackPointer(frame, 3, frame.stackBase + at);
  asm.emit(F.movK, { dst: 4, imm: flags });
  callHelper(frame, 'loop');
  noteCallOf(frame, done, CALLBACK_WALKS);
}

/** for_each_map_elem(map, visitor, slot, flags). */
export const lowerWalk = (frame: Frame, fragment: FragmentOf<'walk'>): void =>
  lowerMapCallback(frame, fragment, {
    helper: 'for_each_map_elem',
    role: 'visitor',
    takes: isWalked,
  });

interface MapCallback {
  readonly helper: HelperName;
  readonly role: FunctionPlan['role'];
  readonly takes: (map: MapSpec) => boolean;
}

/** A helper that calls a function with parts of a map, and with a slot of the stack. */
export function lowerMapCallback(
  frame: Frame,
  {
    by,
    map: hint,
    callee,
    slot,
    flags,
  }: Pick<FragmentOf<'walk'>, 'by' | 'map' | 'callee' | 'slot' | 'flags'>,
  { helper, role, takes }: MapCallback,
): void {
  const map = mapNumber(frame, hint, ({ spec }) => takes(spec));
  const target = calleeOf(frame, callee, role);
  if (map === undefined || target === undefined) return;
  const { asm, view } = frame;
  const done = frame.functionEffects(target);
  const at = slotAt(slot, 8);
  ensureReadable(frame, at, 8);
  setBytes(view.stack, Byte.MAYBE_ZERO, at, at + 8);
  setMap(frame, 1, map, by);
  asm.address(2, target);
  stackPointer(frame, 3, frame.stackBase + at);
  asm.emit(F.movK, { dst: 4, imm: flags });
  callHelper(frame, helper);
  noteCallOf(frame, done, CALLBACK_WALKS);
}

/** What has no order of its own is only walked through where that is known. */
const isWalked = ({ type, flags }: MapSpec): boolean =>
  WALKED.has(type) && (STEADY.has(type) || (flags & ZERO_SEED) !== 0);

/** How often the verifier walks a callback until nothing changes, or so (since 6.7). */
const CALLBACK_WALKS = 4;

/** What the callee did is done. */
function noteCallOf(frame: Frame, done: Effects, walks: number): void {
  noteCall(frame);
  if (done.packet) dropPackets(frame);
  for (const map of done.maps) dropValues(frame, map);
  if (done.tailCalls) {
    frame.effects.tailCalls = true;
    // Up to 6.18 the verifier takes the function's own result for what comes back.
    frame.view.regs[0] = NONE;
  }
  frame.effects.throws ||= done.throws;
  frame.effects.weight += walks * done.weight;
  frame.effects.forks += walks * done.forks;
}

function calleeOf(frame: Frame, hint: number, role: FunctionPlan['role']): number | undefined {
  const { functions } = frame.prog;
  const hasCtx = frame.view.regs.includes(CTX);
  const suits = (plan: FunctionPlan) =>
    plan.role === role && (hasCtx || !plan.args.includes('ctx'));
  const possible: number[] = [];
  for (let number = frame.number + 1; number <= functions.length; number++) {
    if (suits(functions[number - 1])) possible.push(number);
  }
  return possible.length === 0 ? undefined : possible[hint % possible.length];
}

/** Sets r1 and what follows. A socket must be in r0 beforehand. */
export function setArguments(
  frame: Frame,
  kinds: readonly (ArgKind | KfuncArg)[],
  hints: readonly number[],
): void {
  const set: number[] = [];
  // The ctx first: it may stand in one of the registers that arguments overwrite.
  const ordered = kinds.map((kind, i) => ({ kind, reg: i + 1, hint: hints[i] ?? 0 }));
  ordered.sort((a, b) => Number(b.kind === 'ctx') - Number(a.kind === 'ctx'));
  for (const { kind, reg, hint } of ordered) {
    whilePinned(frame, set, () => SET_ARGUMENT[kind](frame, reg, hint));
    set.push(reg);
  }
}

type SetArgument = (frame: Frame, reg: number, hint: number) => void;

const SET_ARGUMENT: { readonly [Kind in ArgKind | KfuncArg]: SetArgument } = {
  ctx: (frame, reg, hint) => copy(frame, reg, ctxRegister(frame, hint)!, CTX),
  scalar: (frame, reg, hint) => copy(frame, reg, scalar(frame, hint), SCALAR),
  socket: (frame, reg) => copy(frame, reg, 0, NONE),
  slot: (frame, reg, hint) => {
    const at = slotAt(hint, 8);
    ensureReadable(frame, at, 8);
    setBytes(frame.view.stack, Byte.MAYBE_ZERO, at, at + 8);
    stackPointer(frame, reg, frame.stackBase + at);
  },
  memory: (frame, reg, hint) => {
    const at = slotAt(hint, KFUNC_MEMORY_BYTES);
    ensureReadable(frame, at, KFUNC_MEMORY_BYTES);
    stackPointer(frame, reg, frame.stackBase + at);
  },
  sample: () => {},
  opaque: () => {},
  string: (frame, reg, hint) => setString(frame, reg, valueRoom(frame), STRINGS, hint),
  pattern: (frame, reg, hint) => setString(frame, reg, keyRoom(frame), PATTERNS, hint),
  character: (frame, reg, hint) => {
    frame.asm.emit(F.movK, { dst: reg, imm: CHARACTERS[hint % CHARACTERS.length] });
    frame.view.regs[reg] = SCALAR;
  },
  count: (frame, reg, hint) => {
    frame.asm.emit(F.movK, { dst: reg, imm: COUNTS[hint % COUNTS.length] });
    frame.view.regs[reg] = SCALAR;
  },
  pulled: (frame, reg, hint) => {
    if (hint < PULLED_MAX / 16) {
      frame.asm.emit(F.movK, { dst: reg, imm: hint % 3 === 0 ? hint : 16 * hint });
      frame.view.regs[reg] = SCALAR;
    } else copy(frame, reg, scalar(frame, hint), SCALAR);
  },
  zero: (frame, reg) => {
    frame.asm.emit(F.movK, { dst: reg, imm: 0 });
    frame.view.regs[reg] = SCALAR;
  },
  length: (frame, reg, hint) => {
    frame.asm.emit(F.movK, { dst: reg, imm: hint % (KFUNC_MEMORY_BYTES + 1) });
    frame.view.regs[reg] = SCALAR;
  },
};

/** Somewhat less than a page: what lies in one piece of a packet can grow to that. */
const PULLED_MAX = 3800;
/** In Latin 1, with what ends it; one stands for NULL. Of few letters, so that one is often found in another. */
const STRINGS = strings(
  ...['', 'a', 'abab', 'aabaab', 'ABab', 'ba', 'b', 'aaaa', 'bAbA', 'abcabcabd', null, 'A'],
  ...[
    '\u00e0\u00c0',
    '\u00d7\u00f7',
    'z[{Z',
    'ab\u00ff\u0080',
    'the quick brown fox jumps',
    ' a b',
  ],
);
const PATTERNS = strings(
  ...['', 'a', 'ab', 'b', 'aab', 'AB', 'ba', 'abd', 'A', 'bab', null, 'aabaab', 'c', 'Ba'],
  ...['\u00c0', '\u00f7', '[', '\u0080', 'fox', 'quick  jumps', 'ABAB', 'abab'],
);

function strings(...texts: readonly (string | null)[]): readonly (Uint8Array | null)[] {
  return texts.map((text) =>
    text === null ? null : Uint8Array.from(Buffer.from(`${text}\0`, 'latin1')),
  );
}

/** Also wider than a character, of which only the low bits count. */
const CHARACTERS = [97, 98, 0, 65, 99, 0x161, -1, 0xff, 0x80, 0xc0, 32];
/** Also what is as much as any string may have, and more. */
const COUNTS = [0, 1, 2, 3, 4, 5, 6, 100, 65535, 65536, 65537, -1, 0x7fffffff];

function setString(
  frame: Frame,
  reg: number,
  place: number,
  from: readonly (Uint8Array | null)[],
  hint: number,
): void {
  const text = from[hint % from.length];
  if (text === null) frame.asm.emit(F.movK, { dst: reg, imm: 0 });
  else {
    storeBytes(frame, place, text);
    stackPointer(frame, reg, place);
  }
  frame.view.regs[reg] = NONE;
}

function copy({ asm, view }: Frame, to: number, from: number, state: RegState): void {
  if (from !== to) asm.emit(F.movX, { dst: to, src: from });
  view.regs[to] = state;
}
