import { type Both, type Comparing, differs } from './difference.ts';
import type { InsnPlace } from './located.ts';
import type { Moment } from './looked-at.ts';
import { runOf, type Trace, timesOf } from './trace.ts';

/** What was written down by two targets, and by witnesses. */
export interface Traces {
  readonly a: Trace;
  readonly b: Trace;
  readonly witnesses: readonly (Trace | undefined)[];
}

/** What the two held before an insn that both, or one of them, are about to execute. */
export interface Step extends Both {
  readonly run: number;
}

/** The steps of two executions, in order, as far as both go the same way and one step further. */
export interface Walk {
  readonly steps: readonly Step[];
  readonly comparing: Comparing;
}

export function stepsOf({ a, b }: Traces): readonly Step[] {
  const [timesA, timesB] = [timesOf(a.entries), timesOf(b.entries)];
  const length = Math.max(a.entries.length, b.entries.length);
  return Array.from({ length }, (_, i) => ({
    a: a.entries[i],
    b: b.entries[i],
    time: timesA[i] ?? timesB[i],
    run: runOf(a, i),
  }));
}

/** The index of the first step before which they differ. */
export function firstDifference({ steps, comparing }: Walk): number | undefined {
  const at = steps.findIndex((step) => differs(step, comparing));
  return at < 0 ? undefined : at;
}

/** The insn that a step is at; of a prog that begins, insn -1. */
export const placeOfStep = ({ a, b }: Step): InsnPlace => (a ?? b)!.place;

/** When that was. */
export const momentOf = (step: Step): Moment => ({
  ...placeOfStep(step),
  time: step.time,
  run: step.run,
});
