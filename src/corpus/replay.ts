import type { Case } from '../case/case.ts';
import { type Comparison, compareOutcomes, type Observed } from '../compare/compare.ts';
import type { LinuxSetting, Target } from '../targets/target.ts';
import type { RecordedCase } from './records.ts';

export interface ReplayOptions {
  /** An emulator that was told to be that Linux. It stays the caller's to close. */
  readonly emulatorFor: (linux: LinuxSetting) => Target;
  /** Kernels to run the cases on once more. They stay the caller's to close. */
  readonly live: readonly Target[];
  /** Ends the replay behind the batch that is under way. */
  readonly signal?: AbortSignal;
}

/** What a replayed case gave. */
export interface Replayed {
  readonly recorded: RecordedCase;
  /**
   * Each kernel's answer, recorded or live, with the emulator's; and live kernels with each other. None
   * where no kernel ever answered to the case, and nothing is live.
   */
  readonly compared: readonly ReplayedPair[];
}

export interface ReplayedPair {
  readonly a: Observed;
  readonly b: Observed;
  readonly comparison: Comparison;
}

/** Cases that are run at once. */
const BATCH_CASES = 64;

/**
 * The regression run: compares what the emulator answers today with what kernels answered when the
 * case was recorded, which needs no kernel; with what live kernels answer now; and those with each
 * other. Recorded answers of emulators are history, and not compared. Yields a result for each case,
 * in order. Rejects with `TargetFailedError` where a target is lost.
 */
export async function* replay(
  cases: Iterable<RecordedCase>,
  { emulatorFor, live, signal }: ReplayOptions,
): AsyncGenerator<Replayed> {
  const emulators = remembered(emulatorFor);
  for (const batch of batchesOf(cases)) {
    if (signal?.aborted) return;
    const testCases = batch.map(({ testCase }) => testCase);
    const liveAnswers = await Promise.all(live.map((target) => observe(target, testCases)));
    const kernelAnswers = batch.map(({ answers }, i) => [
      ...answers.filter(({ info }) => info.engine !== 'emulator'),
      ...liveAnswers.map((answers) => answers[i]),
    ]);
    const emulated = await emulateAll(testCases, kernelAnswers, emulators);
    for (const [i, recorded] of batch.entries()) {
      const pairs = [
        ...kernelAnswers[i].map((kernel) => [emulated[i].get(keyOf(kernel))!, kernel] as const),
        ...everyTwo(liveAnswers.map((answers) => answers[i])),
      ];
      yield { recorded, compared: pairs.map(([a, b]) => comparePair(recorded.testCase, a, b)) };
    }
  }
}

/** Runs each case on an emulator of every Linux that answered to it; by `keyOf` those kernels. */
async function emulateAll(
  cases: readonly Case[],
  kernelAnswers: readonly (readonly Observed[])[],
  emulatorFor: (kernel: Observed) => Target,
): Promise<readonly ReadonlyMap<string, Observed>[]> {
  const emulated = cases.map(() => new Map<string, Observed>());
  const kernels = new Map(kernelAnswers.flat().map((kernel) => [keyOf(kernel), kernel]));
  for (const [key, kernel] of kernels) {
    const answered = [...cases.keys()].filter((i) =>
      kernelAnswers[i].some((answer) => keyOf(answer) === key),
    );
    const answers = await observe(
      emulatorFor(kernel),
      answered.map((i) => cases[i]),
    );
    for (const [n, i] of answered.entries()) emulated[i].set(key, answers[n]);
  }
  return emulated;
}

/** One emulator for all kernels of the same Linux. */
function remembered(emulatorFor: ReplayOptions['emulatorFor']): (kernel: Observed) => Target {
  const emulators = new Map<string, Target>();
  return (kernel) => {
    const key = keyOf(kernel);
    const emulator = emulators.get(key) ?? emulatorFor(kernel.info.linux);
    emulators.set(key, emulator);
    return emulator;
  };
}

/** Equal for kernels that one emulator can answer for. */
const keyOf = ({ info: { linux } }: Observed): string => Object.entries(linux).sort().join(' ');

async function observe(target: Target, cases: readonly Case[]): Promise<readonly Observed[]> {
  const outcomes = await target.execute(cases);
  return outcomes.map((outcome) => ({ name: target.name, info: target.info, outcome }));
}

const comparePair = (testCase: Case, a: Observed, b: Observed): ReplayedPair => ({
  a,
  b,
  comparison: compareOutcomes(testCase, a, b),
});

const everyTwo = <T>(items: readonly T[]): readonly (readonly [T, T])[] =>
  items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));

function* batchesOf<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH_CASES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
