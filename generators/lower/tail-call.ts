import type { FragmentOf } from '../plan.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  dropValues,
  F,
  type Frame,
  scalar,
  whilePinned,
} from './frame.ts';
import { mapNumber, setMap } from './maps.ts';
import { CTX, NONE } from './view.ts';

/** A register's index is cut to a few, of which some are beyond the end. */
const INDEX_MASK = 7;

/** Another prog may go on from here; where it doesn't, nothing has happened. */
export function lowerTailCall(frame: Frame, fragment: FragmentOf<'tail-call'>): void {
  const { asm, view, plan } = frame;
  const number = mapNumber(frame, fragment.map, ({ spec }) => spec.type === 'prog_array');
  const ctx = ctxRegister(frame, 6);
  if (number === undefined || ctx === undefined || frame.role !== 'subprog') return;
  if (ctx !== 1) asm.emit(F.movX, { dst: 1, src: ctx });
  view.regs[1] = CTX;
  whilePinned(frame, [1, 2], () => {
    setMap(frame, 2, number, fragment.by);
    if (fragment.src === 0) {
      asm.emit(F.movK, { dst: 3, imm: fragment.index });
      return;
    }
    const from = scalar(frame, fragment.src);
    if (from !== 3) asm.emit(F.movX, { dst: 3, src: from });
    asm.emit(F.andK, { dst: 3, imm: INDEX_MASK });
  });
  callHelper(frame, 'tail_call');
  view.regs[0] = NONE;
  // What the other prog did is seen by who called this one.
  frame.effects.tailCalls = true;
  dropPackets(frame);
  for (const map of plan.maps.keys()) dropValues(frame, map);
}
