import type { ArgKind, FragmentOf } from '../plan.ts';
import {
  ctxRegister,
  dropPackets,
  dropValues,
  F,
  type Frame,
  noteCall,
  scalar,
  stackPointer,
  whilePinned,
} from './frame.ts';
import { ensureReadable, slotAt } from './stack.ts';
import { Byte, CTX, SCALAR } from './view.ts';

/** Sets the arguments, calls, and takes over what the callee does to this function's pointers. */
export function lowerCall(frame: Frame, { callee, args }: FragmentOf<'call'>): void {
  const target = calleeOf(frame, callee);
  if (target === undefined) return;
  const { asm, effects } = frame;
  const done = frame.functionEffects(target);
  const kinds = frame.plan.prog.functions[target - 1].args;
  setArguments(frame, kinds, args);
  asm.call(target);
  noteCall(frame);
  if (done.packet) dropPackets(frame);
  for (const map of done.maps) dropValues(frame, map);
  effects.weight += done.weight;
  effects.forks += done.forks;
}

function calleeOf(frame: Frame, hint: number): number | undefined {
  const { functions } = frame.plan.prog;
  const hasCtx = frame.view.regs.includes(CTX);
  const possible: number[] = [];
  for (let number = frame.number + 1; number <= functions.length; number++) {
    if (hasCtx || !functions[number - 1].args.includes('ctx')) possible.push(number);
  }
  return possible.length === 0 ? undefined : possible[hint % possible.length];
}

function setArguments(frame: Frame, kinds: readonly ArgKind[], hints: readonly number[]): void {
  const { asm, view } = frame;
  const set: number[] = [];
  // The ctx first: it may stand in one of the registers that arguments overwrite.
  const ordered = kinds.map((kind, i) => ({ kind, reg: i + 1, hint: hints[i] ?? 0 }));
  ordered.sort((a, b) => Number(b.kind === 'ctx') - Number(a.kind === 'ctx'));
  for (const { kind, reg, hint } of ordered) {
    whilePinned(frame, set, () => {
      if (kind === 'slot') {
        const at = slotAt(hint, 8);
        ensureReadable(frame, at, 8);
        frame.view.stack.fill(Byte.MAYBE_ZERO, at, at + 8);
        stackPointer(frame, reg, frame.stackBase + at);
        return;
      }
      const from = kind === 'ctx' ? ctxRegister(frame, hint)! : scalar(frame, hint);
      if (from !== reg) asm.emit(F.movX, { dst: reg, src: from });
      view.regs[reg] = kind === 'ctx' ? CTX : SCALAR;
    });
    set.push(reg);
  }
}
