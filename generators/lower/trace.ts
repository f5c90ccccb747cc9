import type { Body, ProgPlan } from '../plan.ts';
import { type Code, type Mark, resumedAt } from './assembler.ts';
import { type Effects, type Frame, noEffects } from './frame.ts';
import type { LoweredProg } from './prog.ts';
import { savesTheSame } from './save.ts';
import { isSaving } from './saved-map.ts';
import { copyView, sameView, type View } from './view.ts';

/**
 * How a prog was lowered: enough to lower one that differs in a few fragments only from where it differs to
 * where all is as it was.
 */
export interface Trace {
  readonly prog: ProgPlan;
  /** The frame of its first function, with all that was emitted. */
  readonly frame: Frame;
  /** Before each fragment of the body, and behind the last. */
  readonly checkpoints: readonly Checkpoint[];
  /** What was known at the end, before anything was saved. */
  readonly atEnd: View;
  /** Its functions, and those that progs like it turn out to need. */
  readonly lowered: LoweredFunctions;
  /** What came of it. */
  readonly made: LoweredProg;
}

/** The functions of a prog that are lowered, by their numbers. */
export interface LoweredFunctions {
  readonly codes: (Code | undefined)[];
  readonly effects: (Effects | undefined)[];
}

/** How a frame stood between two fragments at the outside: nothing is held there but what is said here. */
export interface Checkpoint {
  readonly mark: Mark;
  readonly view: View;
  readonly arrivals: number;
  readonly ctxKept: boolean;
  readonly unaligned: boolean;
}

export const checkpointOf = ({ asm, view, arrivals, ctxKept, effects }: Frame): Checkpoint => ({
  mark: asm.mark(),
  view: copyView(view),
  arrivals: arrivals.length,
  ctxKept,
  unaligned: effects.unaligned,
});

/** Whether two progs for the same maps are lowered alike, as far as bodies and ends are. */
export const isAlike = (a: ProgPlan, b: ProgPlan): boolean =>
  a.functions === b.functions &&
  a.ctxReg === b.ctxReg &&
  a.stackShift === b.stackShift &&
  isSaving(a) === isSaving(b);

/** Whether what a prog has in another way than the one before comes to nothing. */
export function isSameFor(prog: ProgPlan, { prog: before, atEnd, lowered }: Trace): boolean {
  return (
    prog.body === before.body &&
    prog.ctxReg === before.ctxReg &&
    prog.stackShift === before.stackShift &&
    prog.result === before.result &&
    isSaving(prog) === isSaving(before) &&
    savesTheSame(prog, before, atEnd) &&
    prog.functions.length === before.functions.length &&
    prog.functions.every((plan, i) => {
      const known = before.functions[i];
      const isNeeded = lowered.codes[i + 1] !== undefined;
      return plan === known || (!isNeeded && plan.role === known.role && plan.args === known.args);
    })
  );
}

/** How many fragments two bodies begin with in common, and how many of the rest they end with. */
export function sharedEnds(a: Body, b: Body): { readonly head: number; readonly tail: number } {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { head, tail };
}

/** A frame for a prog like the one before, which stands where that one's stood at a checkpoint. */
export function resumedFrame(
  { frame, checkpoints }: Trace,
  at: number,
  { plan, prog }: Pick<Frame, 'plan' | 'prog'>,
): Frame {
  const { mark, view, arrivals, ctxKept, unaligned } = checkpoints[at];
  return {
    ...frame,
    plan,
    prog,
    asm: resumedAt(mark),
    view: copyView(view),
    effects: { ...noEffects(), unaligned },
    arrivals: frame.arrivals.slice(0, arrivals),
    ctxKept,
  };
}

/**
 * Whether a frame stands as another one did at a checkpoint. What leads to the end is the same where it was taken
 * over, and is not met by memory that other objects stand for.
 */
export function standsAt(frame: Frame, { frame: before, checkpoints }: Trace, at: number): boolean {
  const { view, arrivals, ctxKept, unaligned } = checkpoints[at];
  return (
    frame.ctxKept === ctxKept &&
    frame.effects.unaligned === unaligned &&
    frame.arrivals.length === arrivals &&
    frame.arrivals.every((arrival, i) => arrival === before.arrivals[i]) &&
    (arrivals === 0 || frame.view.regs.every((state, reg) => state === view.regs[reg])) &&
    sameView(frame.view, view)
  );
}
