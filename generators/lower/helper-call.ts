import { formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import { isConstant, textOffset } from '../argument-maps.ts';
import { type HelperArg, type HelperCall, TEXT_BYTES } from '../helper-arguments.ts';
import type { FragmentOf } from '../plan.ts';
import { emitConst } from './compute.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  F,
  type Frame,
  scalar,
  stackPointer,
  valueRoom,
  whilePinned,
} from './frame.ts';
import { withCommonSocket } from './ksyms.ts';
import { setMap, storeBytes } from './maps.ts';
import { ensureReadable } from './stack.ts';
import { Byte, CTX, NONE, SCALAR, STACK_WINDOW_BYTES, setBytes } from './view.ts';

/** Calls a helper of the table: sets its arguments, and notes what it does to stack and pointers. */
export function lowerHelperCall(frame: Frame, { call, args }: FragmentOf<'helper-call'>): void {
  const hints = call.args.map((_, i) => args[i] ?? 0);
  if (call.packets === 'grown' && frame.repeated) return;
  const uses = (kind: HelperArg['kind']) => call.args.some((arg) => arg.kind === kind);
  if (uses('constant') && !frame.plan.maps.some(isConstant)) return;
  if (uses('cgroups') && cgroupsNumber(frame) < 0) return;
  // The ctx is always the first: it may stand in one of the registers that arguments overwrite.
  if (call.args[0]?.kind === 'ctx' && ctxRegister(frame, hints[0]) === undefined) return;
  if (uses('socket')) {
    withCommonSocket(frame, hints[0], () => callWith(frame, call, hints));
  } else callWith(frame, call, hints);
}

/** A socket that is an argument stands in r0. */
function callWith(frame: Frame, call: HelperCall, hints: readonly number[]): void {
  const set = [0];
  call.args.forEach((arg, i) => {
    whilePinned(frame, set, () => setArgument(frame, i + 1, arg, hints[i]));
    set.push(i + 1);
  });
  callHelper(frame, call.helper);
  keepResult(frame, call);
  if (call.packets !== undefined) dropPackets(frame);
  call.args.forEach((arg, i) => {
    if (arg.kind !== 'updates' && arg.kind !== 'writes' && arg.kind !== 'hides') return;
    const at = placeOf(hints[i], arg.bytes);
    setBytes(frame.view.stack, arg.kind === 'hides' ? Byte.UNSET : Byte.SET, at, at + arg.bytes);
  });
}

/** r0 is what can be compared of the result, if anything. */
function keepResult(frame: Frame, { returns }: HelperCall): void {
  const { asm, view, effects } = frame;
  if (returns === 'own') view.regs[0] = NONE;
  if (returns !== 'pointer' && returns !== 'reference') return;
  const isNull = asm.label();
  asm.jump(F.jeqK, isNull, { dst: 0, imm: 0 });
  effects.forks++;
  if (returns === 'reference') {
    asm.emit(F.movX, { dst: 1, src: 0 });
    callHelper(frame, 'sk_release');
  }
  asm.emit(F.movK, { dst: 0, imm: 1 });
  asm.place(isNull);
}

const cgroupsNumber = ({ plan }: Frame): number =>
  plan.maps.findIndex(({ spec }) => spec.type === 'cgroup_array');

const TEXT = formNamed('lddw.map_val_by_fd');
const OFFSET_MASK = 0x7f;

function setArgument(frame: Frame, reg: number, arg: HelperArg, hint: number): void {
  const { asm, view } = frame;
  switch (arg.kind) {
    case 'ctx':
      copy(frame, reg, ctxRegister(frame, hint)!);
      view.regs[reg] = CTX;
      return;
    case 'socket':
      copy(frame, reg, 0);
      view.regs[reg] = NONE;
      return;
    case 'scalar':
      copy(frame, reg, scalar(frame, hint));
      view.regs[reg] = SCALAR;
      return;
    case 'choice':
      setChoice(frame, reg, arg.of, hint);
      return;
    case 'mixed':
      if (hint % 2 === 0) setChoice(frame, reg, arg.of, hint / 2);
      else setArgument(frame, reg, { kind: 'scalar' }, hint >> 1);
      return;
    case 'offset':
      if (hint % 4 !== 3) setChoice(frame, reg, [hint >> 2], 0);
      else {
        setArgument(frame, reg, { kind: 'scalar' }, hint >> 2);
        asm.emit(F.andK, { dst: reg, imm: OFFSET_MASK });
      }
      return;
    case 'text': {
      storeBytes(frame, valueRoom(frame), bytesOf(arg.of[hint % arg.of.length]));
      stackPointer(frame, reg, valueRoom(frame));
      return;
    }
    case 'cgroups':
      setMap(frame, reg, cgroupsNumber(frame), 'fd');
      return;
    case 'constant': {
      const number = frame.plan.maps.findIndex(isConstant);
      const at = textOffset(arg.of[hint % arg.of.length]);
      asm.emit(TEXT, { dst: reg, imm: number, nextImm: at });
      view.regs[reg] = NONE;
      return;
    }
    case 'reads':
    case 'updates':
    case 'writes':
    case 'hides': {
      const at = placeOf(hint, arg.bytes);
      ensureReadable(frame, at, arg.bytes);
      for (const { at: into, bytes, of } of arg.puts) {
        const imm = of[hint % of.length];
        asm.emit(STORE[bytes], { dst: R10, off: frame.stackBase + at + into, imm });
      }
      stackPointer(frame, reg, frame.stackBase + at);
    }
  }
}

function setChoice(frame: Frame, reg: number, of: readonly (number | bigint)[], hint: number) {
  const value = BigInt(of[hint % of.length]);
  if (value === BigInt.asIntN(32, value)) frame.asm.emit(F.movK, { dst: reg, imm: Number(value) });
  else emitConst(frame, reg, value);
  frame.view.regs[reg] = SCALAR;
}

const STORE = { 1: F.stb, 2: F.sth, 4: F.stw } as const;

/** Where in the window the bytes of an argument lie: at a multiple of 8. */
const placeOf = (hint: number, bytes: number): number =>
  8 * (hint % (Math.floor((STACK_WINDOW_BYTES - bytes) / 8) + 1));

/** A text as it lies in memory; there are few. */
function bytesOf(text: string): Uint8Array {
  const known = TEXTS.get(text);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(TEXT_BYTES);
  bytes.set(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  TEXTS.set(text, bytes);
  return bytes;
}

const TEXTS = new Map<string, Uint8Array>();

function copy({ asm }: Frame, to: number, from: number): void {
  if (from !== to) asm.emit(F.movX, { dst: to, src: from });
}
