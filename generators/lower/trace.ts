import type { Body, ProgPlan } from '../plan.ts';
import { sameInsn } from '../same-case.ts';
import type { Assembler, Mark } from './assembler.ts';
import type { Effects, Frame } from './frame.ts';
import type { LoweredProg } from './prog.ts';
import { isSaving } from './saved-map.ts';
import { copyView, restoreView, sameView, type View } from './view.ts';

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
  readonly lowered: LoweredFunctions;
  /** What came of it. */
  readonly made: LoweredProg;
}

/** The functions of a prog that are lowered, by their numbers. */
export interface LoweredFunctions {
  readonly assemblers: (Assembler | undefined)[];
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

/** How many fragments two bodies begin with in common, and how many of the rest they end with. */
export function sharedEnds(a: Body, b: Body): { readonly head: number; readonly tail: number } {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { head, tail };
}

/** Brings a new frame to where another one stood at a checkpoint. */
export function resumeAt(frame: Frame, { frame: before, checkpoints }: Trace, at: number): void {
  const { mark, view, arrivals, ctxKept, unaligned } = checkpoints[at];
  frame.asm.take(before.asm, { pieces: 0, labels: frame.asm.mark().labels }, mark);
  restoreView(frame.view, view);
  frame.arrivals.push(...before.arrivals.slice(0, arrivals));
  frame.ctxKept = ctxKept;
  frame.effects.unaligned = unaligned;
}

/** Whether a frame stands as another one did at a checkpoint. */
export function standsAt(frame: Frame, { frame: before, checkpoints }: Trace, at: number): boolean {
  const { view, arrivals, ctxKept, unaligned } = checkpoints[at];
  return (
    frame.ctxKept === ctxKept &&
    frame.effects.unaligned === unaligned &&
    frame.arrivals.length === arrivals &&
    frame.arrivals.every((arrival, i) => arrival === before.arrivals[i]) &&
    sameView(frame.view, view)
  );
}

/** Whether a frame that resumed at one checkpoint and stands at another has emitted the same in between. */
export function hasEmittedTheSame(
  { asm }: Frame,
  { frame: before, checkpoints }: Trace,
  from: number,
  to: number,
): boolean {
  const [since, until, now] = [checkpoints[from].mark, checkpoints[to].mark, asm.mark()];
  if (now.pieces !== until.pieces || now.labels !== until.labels) return false;
  for (let at = since.pieces; at < until.pieces; at++) {
    if (!sameInsn(asm.insns[at], before.asm.insns[at])) return false;
  }
  for (let label = since.labels; label < until.labels; label++) {
    if (asm.places[label] !== before.asm.places[label]) return false;
  }
  return asm.open.every(
    ({ at, to }, i) => at === before.asm.open[i].at && to === before.asm.open[i].to,
  );
}

/** Brings a frame that stands at a checkpoint to the end, as the other one went. */
export function finishFrom(frame: Frame, { frame: before, checkpoints }: Trace, at: number): void {
  const { mark } = checkpoints[at];
  const shift = frame.asm.mark().pieces - mark.pieces;
  frame.asm.take(before.asm, mark, before.asm.mark());
  frame.asm.place(frame.end, before.asm.places[before.end] + shift);
  frame.ctxKept = before.ctxKept;
  frame.effects.unaligned = before.effects.unaligned;
}
