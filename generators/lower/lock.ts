import type { FragmentOf, MapPlan } from '../plan.ts';
import type { LowerBody } from './control.ts';
import { callHelper, F, type Frame, whilePinned } from './frame.ts';
import { counterRegister } from './loop.ts';
import { mapNumber, setKey, valueRegion } from './maps.ts';
import { copyView, meet, NONE } from './view.ts';

/** Looks a value up that has a spin lock, and works under it; nothing where there is no such value. */
export function lowerLock(frame: Frame, fragment: FragmentOf<'lock'>, lowerBody: LowerBody): void {
  const { asm, view, plan, effects } = frame;
  const hasLock = ({ spec }: MapPlan) => spec.spinLock !== undefined;
  const number = mapNumber(frame, fragment.map, hasLock);
  const reg = counterRegister(frame, fragment.reg);
  if (number === undefined || reg === undefined) return;
  const { spinLock } = plan.maps[number].spec;
  const call = (helper: 'spin_lock' | 'spin_unlock') => {
    asm.emit(F.movX, { dst: 1, src: reg });
    asm.emit(F.addK, { dst: 1, imm: spinLock });
    callHelper(frame, helper);
    view.regs[0] = NONE;
  };
  view.regs[reg] = NONE;
  setKey(frame, number, fragment);
  callHelper(frame, 'map_lookup_elem');
  view.regs[0] = NONE;
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks++;
  const missed = copyView(view);
  asm.emit(F.movX, { dst: reg, src: 0 });
  call('spin_lock');
  view.regs[reg] = valueRegion(plan.maps, number);
  frame.locked = true;
  whilePinned(frame, [reg], () => lowerBody(frame, fragment.bodies[0]));
  frame.locked = false;
  call('spin_unlock');
  asm.place(end);
  meet(view, missed);
}
