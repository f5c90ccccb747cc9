import { ctxField, SK_BUFF } from '../../src/case/ctx.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import { formNamed } from '../../src/isa/forms.ts';
import type { FragmentOf } from '../plan.ts';
import { setArguments } from './call.ts';
import type { LowerBody } from './control.ts';
import { callHelper, ctxRegister, F, type Frame, noteCall } from './frame.ts';
import { CTX, copyView, meet, NONE, SCALAR } from './view.ts';

const KFUNC = formNamed('call.kfunc');
const VARIABLE = formNamed('lddw.var_addr');
const LOAD_SOCKET = formNamed('ldxdw');
const SOCKET_AT = ctxField(SK_BUFF, 'sk')!.offset;

const numberOf = (name: string): number => KSYM_NAMES.indexOf(name);

export function lowerKfunc(frame: Frame, { kfunc, args }: FragmentOf<'kfunc'>): void {
  const call = () => {
    setArguments(frame, kfunc.args, args);
    callKfunc(frame, kfunc.name);
    if (kfunc.returns === 'scalar') frame.view.regs[0] = SCALAR;
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
  callKfunc(frame, pair.begin);
  frame.held = true;
  lowerBody(frame, bodies[0]);
  frame.held = false;
  callKfunc(frame, pair.end);
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

function callKfunc(frame: Frame, name: string): void {
  frame.asm.emit(KFUNC, { imm: numberOf(name) });
  noteCall(frame);
  frame.view.regs[0] = NONE;
}

/** Does the step with the skb's full socket in r0; where there is none, r0 holds 0 and it isn't done. */
function withSocket(frame: Frame, hint: number, step: () => void): void {
  const { asm, view, effects } = frame;
  const ctx = ctxRegister(frame, hint);
  if (ctx === undefined) return;
  const end = asm.label();
  asm.emit(LOAD_SOCKET, { dst: 0, src: ctx, off: SOCKET_AT });
  view.regs[0] = SCALAR;
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  const withoutAny = copyView(view);
  asm.emit(F.movX, { dst: 1, src: 0 });
  callHelper(frame, 'sk_fullsock');
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  const withoutFull = copyView(view);
  view.regs[0] = NONE;
  step();
  asm.place(end);
  meet(view, withoutAny);
  meet(view, withoutFull);
  effects.forks += 2;
}
