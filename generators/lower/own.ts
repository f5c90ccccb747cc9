import { OBJECT_BYTES, OBJECT_KFUNCS, OBJECT_TYPE } from '../../src/case/ksyms.ts';
import type { Content, FragmentOf } from '../plan.ts';
import { callHelper, F, type Frame, scalar, whilePinned } from './frame.ts';
import { callKfunc } from './ksyms.ts';
import { counterRegister } from './loop.ts';
import { mapNumber, setKey } from './maps.ts';
import { copyView, meet, NONE, SCALAR } from './view.ts';

/** An object is made, filled, read and dropped; r0 becomes what was read, or 0. */
export function lowerOwn(frame: Frame, fragment: FragmentOf<'own'>): void {
  const { shared, content, form, off } = fragment;
  const { asm, view, effects } = frame;
  const reg = counterRegister(frame, fragment.reg);
  if (reg === undefined) return;
  view.regs[reg] = NONE;
  asm.emit(F.movK, { dst: 1, imm: OBJECT_TYPE });
  asm.emit(F.movK, { dst: 2, imm: 0 });
  callKfunc(frame, OBJECT_KFUNCS.make);
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks++;
  const without = copyView(view);
  asm.emit(F.movX, { dst: reg, src: 0 });
  whilePinned(frame, [reg], () => {
    fill(frame, reg, content);
  });
  if (shared % 2 === 1) {
    callWith(frame, reg, OBJECT_KFUNCS.acquire);
    const none = asm.label();
    asm.jump(F.jeqK, none, { dst: 0, imm: 0 });
    effects.forks++;
    asm.emit(F.stb, { dst: 0, off: off % OBJECT_BYTES, imm: shared });
    asm.emit(F.movX, { dst: 1, src: 0 });
    asm.emit(F.movK, { dst: 2, imm: 0 });
    callKfunc(frame, OBJECT_KFUNCS.drop);
    asm.place(none);
  }
  const place = off % OBJECT_BYTES;
  asm.emit(form, { dst: 0, src: reg, off: place - (place % form.size) });
  asm.emit(F.movX, { dst: 1, src: reg });
  asm.emit(F.movX, { dst: reg, src: 0 });
  asm.emit(F.movK, { dst: 2, imm: 0 });
  callKfunc(frame, OBJECT_KFUNCS.drop);
  view.regs[reg] = SCALAR;
  view.regs[0] = NONE;
  asm.place(end);
  meet(view, without);
}

/** Writes all of the object that a pinned register points to. */
function fill(frame: Frame, reg: number, content: Content): void {
  for (let at = 0; at < OBJECT_BYTES; at += 8) {
    const { src, imm } = content[(at / 8) % content.length];
    if (src % 2 === 1) frame.asm.emit(F.stdw, { dst: reg, off: at, imm });
    else frame.asm.emit(F.stxdw, { dst: reg, src: scalar(frame, src / 2), off: at });
  }
}

/** A value with room for an object is looked up, and what lies there exchanged. */
export function lowerStash(frame: Frame, fragment: FragmentOf<'stash'>): void {
  const { asm, view, effects, plan } = frame;
  const number = mapNumber(frame, fragment.map, ({ spec }) => spec.kptr !== undefined);
  const reg = counterRegister(frame, fragment.reg);
  if (number === undefined || reg === undefined) return;
  view.regs[reg] = NONE;
  setKey(frame, number, fragment);
  callHelper(frame, 'map_lookup_elem');
  view.regs[0] = NONE;
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks += 2;
  const without = copyView(view);
  asm.emit(F.movX, { dst: reg, src: 0 });
  whilePinned(frame, [reg], () => {
    const object = fragment.fill % 2 === 1 ? counterRegister(frame, fragment.reg + 1) : undefined;
    if (object === undefined) asm.emit(F.movK, { dst: 2, imm: 0 });
    else {
      view.regs[object] = NONE;
      without.regs[object] = NONE;
      asm.emit(F.movK, { dst: 1, imm: OBJECT_TYPE });
      asm.emit(F.movK, { dst: 2, imm: 0 });
      callKfunc(frame, OBJECT_KFUNCS.make);
      asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
      effects.forks++;
      asm.emit(F.movX, { dst: object, src: 0 });
      whilePinned(frame, [object], () => fill(frame, object, fragment.content));
      asm.emit(F.movX, { dst: 2, src: object });
    }
    asm.emit(F.movX, { dst: 1, src: reg });
    asm.emit(F.addK, { dst: 1, imm: plan.maps[number].spec.kptr });
    callHelper(frame, 'kptr_xchg');
    if (object !== undefined) view.regs[object] = NONE;
  });
  asm.emit(F.movK, { dst: reg, imm: 1 });
  view.regs[0] = NONE;
  const none = asm.label();
  asm.jump(F.jeqK, none, { dst: 0, imm: 0 });
  const place = fragment.off % OBJECT_BYTES;
  asm.emit(fragment.form, { dst: reg, src: 0, off: place - (place % fragment.form.size) });
  callWith(frame, 0, OBJECT_KFUNCS.drop);
  asm.place(none);
  view.regs[reg] = SCALAR;
  asm.place(end);
  meet(view, without);
}

function callWith(frame: Frame, reg: number, kfunc: string): void {
  frame.asm.emit(F.movX, { dst: 1, src: reg });
  frame.asm.emit(F.movK, { dst: 2, imm: 0 });
  callKfunc(frame, kfunc);
}
