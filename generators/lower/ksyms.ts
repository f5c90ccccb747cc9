import { ctxField, SK_BUFF } from '../../src/case/ctx.ts';
import { KSYM_NAMES, THROW } from '../../src/case/ksyms.ts';
import { formNamed } from '../../src/isa/forms.ts';
import { resultMask } from '../attach-types.ts';
import type { FragmentOf } from '../plan.ts';
import { setArguments } from './call.ts';
import type { LowerBody } from './control.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  F,
  type Frame,
  noteCall,
  scalar,
  stackPointer,
  withObjects,
} from './frame.ts';
import { CTX, copyView, meet, NONE, SCALAR } from './view.ts';

const KFUNC = formNamed('call.kfunc');
const LOAD_BYTE = formNamed('ldxb');
const VARIABLE = formNamed('lddw.var_addr');
const LOAD_SOCKET = formNamed('ldxdw');
const SOCKET_AT = ctxField(SK_BUFF, 'sk')!.offset;

const numberOf = (name: string): number => KSYM_NAMES.indexOf(name);

export function lowerKfunc(frame: Frame, { kfunc, args }: FragmentOf<'kfunc'>): void {
  const call = () => {
    setArguments(frame, kfunc.args, args);
    callKfunc(frame, kfunc.name);
    if (kfunc.returns === 'memory') frame.asm.emit(LOAD_BYTE, { dst: 0, src: 0 });
    if (kfunc.movesPacket) dropPackets(frame);
    if (kfunc.returns !== 'nothing') frame.view.regs[0] = SCALAR;
  };
  if (kfunc.args.includes('socket')) withSocket(frame, args[0] ?? 0, call);
  else if (frame.view.regs.includes(CTX) || !kfunc.args.includes('ctx')) call();
}

/** The body between two kfuncs. */
export function lowerHold(
  frame: Frame,
  { pair, bodies }: FragmentOf<'hold'>,
  lowerBody: LowerBody,
): void {
  const call = (name: string, rooms: readonly number[]) => {
    for (const [i, room] of rooms.entries()) stackPointer(frame, 1 + i, room);
    callKfunc(frame, name);
  };
  withObjects(frame, pair.args.length, (...rooms) => {
    call(pair.begin, rooms);
    whileHeld(frame, () => lowerBody(frame, bodies[0]));
    call(pair.end, rooms);
  });
}

/** Ends the prog, from a function too, with what its type lets it answer. */
export function lowerThrow(frame: Frame, { result }: FragmentOf<'throw'>): void {
  const { asm, view, effects, plan } = frame;
  if (frame.role !== 'subprog') return;
  const from = scalar(frame, result);
  if (from !== 1) asm.emit(F.movX, { dst: 1, src: from });
  const mask = resultMask(plan.progType, plan.attachType);
  if (mask !== undefined) asm.emit(F.andK, { dst: 1, imm: mask });
  callKfunc(frame, THROW);
  // Never reached: no function ends by a call (check_subprogs, kernel/bpf/verifier.c 6.12).
  asm.emit(F.exit);
  effects.throws = true;
  view.live = false;
}

/** r0 = what the variable holds, or 0 where there is no such CPU. */
export function lowerVariable(frame: Frame, fragment: FragmentOf<'variable'>): void {
  const { variable, cpu, form, off } = fragment;
  const { asm, effects } = frame;
  const end = asm.label();
  asm.emit(VARIABLE, { dst: 1, imm: numberOf(variable.name), nextImm: 0 });
  if (cpu === 0) callHelper(frame, 'this_cpu_ptr');
  else {
    asm.emit(F.movK, { dst: 2, imm: cpu - 1 });
    callHelper(frame, 'per_cpu_ptr');
    asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
    effects.forks++;
  }
  const place = off % variable.sizeBytes;
  asm.emit(form, { dst: 0, src: 0, off: place - (place % form.size) });
  asm.place(end);
}

/** Runs `step` where neither an exit nor another hold may stand. */
export function whileHeld(frame: Frame, step: () => void): void {
  const before = frame.held;
  frame.held = true;
  step();
  frame.held = before;
}

export function callKfunc(frame: Frame, name: string): void {
  frame.asm.emit(KFUNC, { imm: numberOf(name) });
  noteCall(frame);
  frame.view.regs[0] = NONE;
}

/** Does the step with the skb's socket in r0; where there is none, r0 holds 0 and it isn't done. */
export function withCommonSocket(frame: Frame, hint: number, step: () => void): void {
  const ctx = ctxRegister(frame, hint);
  if (ctx === undefined) return;
  frame.asm.emit(LOAD_SOCKET, { dst: 0, src: ctx, off: SOCKET_AT });
  unlessNull(frame, step);
}

/** The same with the skb's full socket. */
export const withSocket = (frame: Frame, hint: number, step: () => void): void =>
  withCommonSocket(frame, hint, () => {
    frame.asm.emit(F.movX, { dst: 1, src: 0 });
    callHelper(frame, 'sk_fullsock');
    unlessNull(frame, step);
  });

function unlessNull(frame: Frame, step: () => void): void {
  const { asm, view, effects } = frame;
  const end = asm.label();
  view.regs[0] = SCALAR;
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks++;
  const withNull = copyView(view);
  view.regs[0] = NONE;
  step();
  asm.place(end);
  meet(view, withNull);
}
