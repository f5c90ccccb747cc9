import type { Sample } from '../corpus/records.ts';
import type { Progress } from './events.ts';

/** How a campaign went over time, in few samples however long it takes. */
export interface Series {
  add(progress: Progress): void;
  samples(): readonly Sample[];
}

const SAMPLES_MAX = 240;
const FIRST_STEP_MS = 250;

/**
 * Samples stand a step apart at least; where there are too many, every other one goes and the step is
 * doubled. The newest is always among them.
 */
export function createSeries(samplesMax = SAMPLES_MAX): Series {
  let stepMs = FIRST_STEP_MS;
  let kept: readonly Sample[] = [];
  let newest: Sample | undefined;
  return {
    add({ elapsedMs, cases, runs, divergences }) {
      newest = { elapsedMs: Math.round(elapsedMs), cases, runs, divergences };
      if (newest.elapsedMs - (kept.at(-1)?.elapsedMs ?? 0) < stepMs) return;
      kept = [...kept, newest];
      if (kept.length < samplesMax) return;
      kept = kept.filter((_, i) => i % 2 === 1);
      stepMs *= 2;
    },
    samples: () => (newest === undefined || kept.at(-1) === newest ? kept : [...kept, newest]),
  };
}
