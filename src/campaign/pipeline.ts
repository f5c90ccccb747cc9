import { setImmediate } from 'node:timers/promises';
import type { Shrinkable } from '../shrink/shrinkable.ts';
import type { Outcome, Target } from '../targets/target.ts';

/** Cases and what every target made of them: `outcomes[target][case]`. */
export interface AnsweredBatch {
  readonly cases: readonly Shrinkable[];
  readonly outcomes: readonly (readonly Outcome[])[];
}

export interface PipelineOptions {
  readonly targets: readonly Target[];
  /** The next case, or undefined at the end. */
  readonly next: () => Shrinkable | undefined;
}

/** Cases in a batch: enough to make the round trip cheap; a VM without KVM takes a second for them. */
const BATCH_CASES = 256;
/** Cases in the first batch; each further one is twice as large. Soon there is something to see. */
const FIRST_BATCH_CASES = 32;
/** Batches that may be under way: no target is further ahead of the slowest than that. */
const WINDOW_BATCHES = 4;
/** Cases generated before a kernel that has finished meanwhile gets its next batch. */
const SLICE_CASES = 8;

/**
 * Generates batches, has every target run them, and yields them in order. Each target works through
 * the batches by itself: while a kernel runs one, the next are generated and emulated, and a fast
 * target does not wait for a slow one within the window. The targets must queue concurrent calls
 * (see queue.ts). The first failure of a target is thrown.
 *
 * A batch is generated when whoever takes them is done with all up to `WINDOW_BATCHES` before it, and not
 * sooner: what is learned from answers shows in the same cases each time.
 */
export async function* pipeline({ targets, next }: PipelineOptions): AsyncGenerator<AnsweredBatch> {
  const window: Promise<AnsweredBatch>[] = [];
  let exhausted = false;
  let batchCases = FIRST_BATCH_CASES;
  while (true) {
    while (!exhausted && window.length < WINDOW_BATCHES) {
      const cases = await generateBatch(next, batchCases);
      exhausted = cases.length < batchCases;
      batchCases = Math.min(2 * batchCases, BATCH_CASES);
      if (cases.length > 0) window.push(answer(cases, targets));
    }
    const oldest = window.shift();
    if (oldest === undefined) return;
    yield await oldest;
  }
}

async function generateBatch(
  next: PipelineOptions['next'],
  size: number,
): Promise<readonly Shrinkable[]> {
  const cases: Shrinkable[] = [];
  while (cases.length < size) {
    const generated = next();
    if (generated === undefined) break;
    cases.push(generated);
    if (cases.length % SLICE_CASES === 0) await setImmediate();
  }
  return cases;
}

function answer(cases: readonly Shrinkable[], targets: readonly Target[]): Promise<AnsweredBatch> {
  const testCases = cases.map(({ testCase }) => testCase);
  const answered = Promise.all(targets.map((target) => target.execute(testCases))).then(
    (outcomes) => ({ cases, outcomes }),
  );
  // It is awaited later, when its turn comes; until then a failure is not an unhandled one.
  answered.catch(() => {});
  return answered;
}
