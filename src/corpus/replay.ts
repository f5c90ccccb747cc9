import type { Case } from '../case/case.ts';
import { type Comparison, compareOutcomes, type Observed } from '../compare/compare.ts';
import type { LinuxSetting, Target } from '../targets/target.ts';
import type { Answer, RecordedCase } from './records.ts';

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

/** Two answers to a case: of an emulator and of a kernel, or of two live kernels. */
export interface ReplayedPair {
  readonly a: Observed;
  readonly b: Observed;
  readonly comparison: Comparison;
  /**
   * The known mistake of the kernel `b`: it is expected to diverge from `a`, and what was recorded of it
   * is out of date where it doesn't.
   */
  readonly mistake?: string;
}

/** Cases that are run at once. */
const BATCH_CASES = 64;

/**
 * The regression run: compares what the emulator answers today with what kernels answered when the
 * case was recorded, which needs no kernel; with what live kernels answer now; and those with each
 * other. Recorded answers of emulators are history, and not compared. A live kernel has the mistake that
 * was recorded of a target of its name or kernel, unless it agrees: then it was mended. Yields a result for each
 * case, in order. Rejects with `TargetFailedError` where a target is lost.
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
    const recordedAnswers = batch.map(({ answers }) =>
      answers.filter(({ info }) => info.engine !== 'emulator'),
    );
    const kernelAnswers = recordedAnswers.map((answers, i) => [
      ...answers,
      ...liveAnswers.map((ofTarget) => ofTarget[i]),
    ]);
    const emulated = await emulateAll(testCases, kernelAnswers, emulators);
    for (const [i, recorded] of batch.entries()) {
      yield {
        recorded,
        compared: compareAnswers(recorded.testCase, {
          recorded: recordedAnswers[i],
          live: liveAnswers.map((ofTarget) => ofTarget[i]),
          emulatedFor: (kernel) => emulated[i].get(keyOf(kernel))!,
        }),
      };
    }
  }
}

interface Answers {
  readonly recorded: readonly Answer[];
  readonly live: readonly Observed[];
  readonly emulatedFor: (kernel: Observed) => Observed;
}

function compareAnswers(
  testCase: Case,
  { recorded, live, emulatedFor }: Answers,
): readonly ReplayedPair[] {
  const pair = (a: Observed, b: Observed, mistake?: string): ReplayedPair => ({
    a,
    b,
    comparison: compareOutcomes(testCase, a, b),
    ...(mistake !== undefined && { mistake }),
  });
  const ofLive = live.map((kernel) => {
    const mistake = mistakeOf(kernel, recorded);
    const compared = pair(emulatedFor(kernel), kernel, mistake);
    return compared.comparison.kind === 'diverge' ? compared : pair(compared.a, kernel);
  });
  // One that is wrong differs from the others as it does from the emulator.
  const right = ofLive.filter(({ mistake }) => mistake === undefined).map(({ b }) => b);
  return [
    ...recorded.map((answer) => pair(emulatedFor(answer), answer, answer.mistake)),
    ...ofLive,
    ...everyTwo(right).map(([a, b]) => pair(a, b)),
  ];
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

/** What was recorded of a target of its name, or of any engine of the same kernel. */
const mistakeOf = ({ name, info }: Observed, recorded: readonly Answer[]): string | undefined =>
  recorded.find(
    ({ mistake, ...other }) =>
      mistake !== undefined && (other.name === name || other.info.kernel === info.kernel),
  )?.mistake;

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
