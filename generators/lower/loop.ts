import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import { STACK_BYTES } from '../../src/isa/opcode.ts';
import type { FragmentOf } from '../plan.ts';
import type { LowerBody } from './control.ts';
import { F, type Frame, whilePinned, whileRepeated } from './frame.ts';
import { copyView, meet, NONE, restoreView, SCALAR, STACK_WINDOW_BYTES } from './view.ts';

/** The ways in which a loop counts: from `first`, by `step`, as long as `again` holds. */
interface Closing {
  readonly first: (times: number) => number;
  readonly step: number;
  readonly again: FormOf<'jump'>;
  readonly limit: (times: number) => number;
}

const jump = (name: string) => formNamed(name) as FormOf<'jump'>;
const MAY_GOTO = formNamed('may_goto') as FormOf<'may_goto'>;
const none = () => 0;
const times = (n: number) => n;

export const CLOSINGS: readonly Closing[] = [
  { first: times, step: -1, again: jump('jne64.k'), limit: none },
  { first: none, step: 1, again: jump('jlt64.k'), limit: times },
  { first: none, step: 1, again: jump('jne32.k'), limit: times },
  { first: none, step: 3, again: jump('jslt64.k'), limit: (n) => 3 * n },
  { first: times, step: -1, again: jump('jsgt32.k'), limit: none },
  { first: (n) => -n, step: 1, again: jump('jne64.k'), limit: none },
  { first: none, step: 1, again: jump('jle32.k'), limit: (n) => n - 1 },
  { first: times, step: -1, again: jump('jgt64.k'), limit: none },
  { first: (n) => 2 * n, step: -2, again: jump('jsge64.k'), limit: () => 1 },
];

/** The verifier walks every trip, and every trip's forks: more than this isn't asked of it. */
const LOOP_WEIGHT_MAX = 600;
const LOOP_FORKS_MAX = 8;
/** Until the view at the head no longer changes; it only narrows, so that this is plenty. */
const HEAD_PASSES_MAX = 200;

export function lowerLoop(
  frame: Frame,
  { trips, closing, guard, counter, bodies }: FragmentOf<'loop'>,
  lowerBody: LowerBody,
): void {
  const { asm, view, effects } = frame;
  const reg = counterRegister(frame, counter);
  if (reg === undefined) {
    lowerBody(frame, bodies[0]);
    return;
  }
  view.regs[reg] = SCALAR;
  const { first, step, again, limit } = CLOSINGS[closing % CLOSINGS.length];
  const body = () => whileRepeated(frame, () => lowerBody(frame, bodies[0]));
  const start = asm.mark();
  asm.emit(F.movK, { dst: reg });
  const head = asm.label();
  const end = asm.label();
  asm.place(head);
  // A guarded loop that is come to again takes the verifier minutes: see `causes/widened-loops.ts`.
  const guarded = guard === 'may_goto' && !frame.repeated && hasRoomForCounter(frame);
  if (guarded) asm.jump(MAY_GOTO, end);
  const { weight, forks } = effects;
  const settled = lowerSettled(frame, reg, body);
  const count = tripsWithin(trips + 1, settled.weight, settled.forks);
  asm.amend(start, F.movK, { dst: reg, imm: first(count) });
  if (view.live) {
    asm.emit(F.addK, { dst: reg, imm: step });
    asm.jump(again, head, { dst: reg, imm: limit(count) });
  }
  asm.place(end);
  if (guarded) meet(view, settled.atHead);
  effects.weight = weight + settled.weight * count;
  effects.forks = forks + settled.forks * count;
}

/** The verifier adds bytes of its own to the stack, which may not be more than it is. */
const hasRoomForCounter = ({ stack, stackBase }: Frame): boolean =>
  !stack.isShared &&
  stack.frameBytes - STACK_WINDOW_BYTES - stackBase + COUNTER_BYTES <= STACK_BYTES;
const COUNTER_BYTES = 32;

function tripsWithin(wanted: number, weight: number, forks: number): number {
  const byWeight = Math.floor(LOOP_WEIGHT_MAX / Math.max(weight, 1));
  const byForks = forks === 0 ? wanted : Math.floor(LOOP_FORKS_MAX / forks);
  return Math.max(1, Math.min(wanted, byWeight, byForks));
}

/** Lowers the body for a view that holds at the head on every trip; tells what one trip costs. */
function lowerSettled(frame: Frame, reg: number, body: () => void) {
  const { asm, view, effects } = frame;
  const start = asm.mark();
  const arrivals = frame.arrivals.length;
  const atHead = copyView(view);
  for (let pass = 0; pass < HEAD_PASSES_MAX; pass++) {
    effects.weight = 0;
    effects.forks = 0;
    whilePinned(frame, [reg], body);
    if (!meet(atHead, view)) {
      const weight = effects.weight + asm.mark().pieces - start.pieces;
      return { atHead, weight, forks: effects.forks };
    }
    asm.rewind(start);
    frame.arrivals.length = arrivals;
    restoreView(view, atHead);
  }
  throw new Error('the view at the head of a loop does not settle');
}

/** A register that calls leave alone, and in which nothing is kept yet. */
export function counterRegister({ view, pinned }: Frame, hint: number): number | undefined {
  for (let i = 0; i < 4; i++) {
    const reg = 6 + ((hint + i) % 4);
    const state = view.regs[reg];
    if ((pinned & (1 << reg)) === 0 && (state === NONE || state === SCALAR)) return reg;
  }
  return undefined;
}
