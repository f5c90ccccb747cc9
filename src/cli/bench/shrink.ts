import { createCaseSource } from '../../../generators/index.ts';
import { common } from '../../campaign/common-features.ts';
import { compareAll, showing } from '../../campaign/compare-all.ts';
import type { IsSteady } from '../../campaign/investigate.ts';
import type { Case } from '../../case/case.ts';
import { caseHash } from '../../case/hash.ts';
import type { Divergence } from '../../compare/compare.ts';
import { type Holds, type ShrinkOptions, type Shrunk, shrink } from '../../shrink/shrink.ts';
import type { Shrinkable } from '../../shrink/shrinkable.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import type { KernelTarget } from '../../targets/kernel/kernel-target.ts';
import type { Target } from '../../targets/target.ts';
import { type OpenOptions, openTargets } from '../open-targets.ts';
import { steadyOn } from '../steady.ts';
import { parseTargetNames } from '../target-names.ts';
import { type Measurement, median } from './measurement.ts';
import { MUTANTS, type Mutant } from './mutants/mutants.ts';

/** Found soon, and shrunk by different passes each. */
const SUBJECTS: readonly string[] = [
  'a 32-bit addition keeps the upper half',
  'modulo by zero gives 0',
  'jset wants all bits',
  'a word is stored in the other byte order',
  'cmpxchg does not write r0',
  'an array map takes any flags',
];

const FASTER_MIN = 4;
const BATCH_CASES = 128;
const CASES_MAX = 16_384;
/** Each way by turns; the median counts. */
const ROUNDS = 3;
/** As large as batches of candidates get. */
const FULL_BATCH = 64;

/**
 * What batches are worth: divergences of some mutants, shrunk with one candidate a round trip and with batches
 * of them, on the same kernel. Both must end with the same case. Beside it stands what batches could be worth at most:
 * a case of a batch takes its time on the kernel as well.
 */
export async function benchShrink(
  kernelName: string,
  options: OpenOptions,
): Promise<readonly Measurement[]> {
  const opened = await openTargets(parseTargetNames(kernelName, options.cacheDir), options);
  try {
    const [kernel] = opened.kernels;
    const all: Compared[] = [];
    for (const name of SUBJECTS) {
      options.signal.throwIfAborted();
      const mutant = MUTANTS.find((each) => each.name === name)!;
      all.push(await compareWays(mutant, kernel, options.signal));
    }
    const sum = (of: (each: Compared) => number): number => all.reduce((s, e) => s + of(e), 0);
    const [serialMs, batchedMs, foreseenMs] = [
      sum(({ serial }) => serial.ms),
      sum(({ batched }) => batched.ms),
      sum(({ foreseenMs: ms }) => ms),
    ];
    return [
      ...all.map(lineOf),
      {
        what: 'cases that are the same either way',
        value: all.filter(({ same }) => same).length,
        unit: 'cases',
        ratio: all.filter(({ same }) => same).length / all.length,
        against: 'all of them',
      },
      {
        what: 'all one by one, against all in batches',
        value: serialMs / batchedMs,
        unit: 'times',
        ratio: serialMs / batchedMs / FASTER_MIN,
        against: `what it has to be at least (${FASTER_MIN})`,
      },
      {
        what: 'all one by one, against the same candidates known before',
        value: serialMs / foreseenMs,
        unit: 'times',
        ratio: foreseenMs / batchedMs,
        against: 'what batches came to of what they could at most',
      },
    ];
  } finally {
    await opened.close();
  }
}

interface Timed extends Shrunk {
  readonly ms: number;
  /** In the order in which they were tried. */
  readonly candidates: readonly Case[];
  readonly batches: number;
}

interface Compared {
  readonly name: string;
  readonly serial: Timed;
  readonly batched: Timed;
  /** What the candidates that were tried one by one take in full batches. */
  readonly foreseenMs: number;
  readonly same: boolean;
}

const lineOf = ({ name, serial, batched }: Compared): Measurement => ({
  what: `in batches: ${name}`,
  value: batched.ms / 1000,
  unit: 's',
  ratio: batched.ms / serial.ms,
  against: `one by one (${(serial.ms / 1000).toFixed(1)} s; ${serial.tried} candidates; ${batched.tried} in ${batched.batches} batches)`,
});

async function compareWays(
  { name, rules }: Mutant,
  kernel: KernelTarget,
  signal: AbortSignal,
): Promise<Compared> {
  const { linux } = kernel.info;
  const pair = [createEmulator({ linux, rules }), kernel] as const;
  const isSteady = steadyOn(linux);
  const { start, divergence } = await firstDivergence(name, pair, isSteady);
  const timed = async (options: ShrinkOptions): Promise<Timed> => {
    const holds = showing(divergence, pair, isSteady);
    const asked: (readonly Case[])[] = [];
    const noted: Holds = (candidates) => {
      asked.push(candidates);
      return holds(candidates);
    };
    const startedMs = performance.now();
    const shrunk = await shrink(start, noted, { ...options, signal });
    const ms = performance.now() - startedMs;
    return { ...shrunk, ms, candidates: asked.flat(), batches: asked.length };
  };
  // What is new to kernel and process is paid before.
  await timed({});
  const batched: Timed[] = [];
  const serial: Timed[] = [];
  const foreseenMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    batched.push(await timed({}));
    serial.push(await timed({ batchSize: 1 }));
    const holds = showing(divergence, pair, isSteady);
    foreseenMs.push(await timeInFullBatches(serial[round].candidates, holds));
  }
  const hashes = [...serial, ...batched].map(({ shrunk }) => caseHash(shrunk.testCase));
  return {
    name,
    serial: { ...serial[0], ms: median(serial.map(({ ms }) => ms)) },
    batched: { ...batched[0], ms: median(batched.map(({ ms }) => ms)) },
    foreseenMs: median(foreseenMs),
    same: hashes.every((hash) => hash === hashes[0]),
  };
}

async function timeInFullBatches(candidates: readonly Case[], holds: Holds): Promise<number> {
  const startedMs = performance.now();
  for (let from = 0; from < candidates.length; from += FULL_BATCH) {
    await holds(candidates.slice(from, from + FULL_BATCH));
  }
  return performance.now() - startedMs;
}

/** The first generated case on which the two differ for sure. */
async function firstDivergence(
  name: string,
  pair: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<{ readonly start: Shrinkable; readonly divergence: Divergence }> {
  const source = createCaseSource({
    seed: 1n,
    profile: 'default',
    capabilities: [common(pair.map(({ features }) => features))],
  });
  for (let cases = 0; cases < CASES_MAX; cases += BATCH_CASES) {
    const batch = Array.from({ length: BATCH_CASES }, () => source.next());
    const testCases = batch.map(({ testCase }) => testCase);
    for (const [i, { comparison, steady }] of (
      await compareAll(testCases, pair, isSteady)
    ).entries()) {
      if (steady && comparison.kind === 'diverge') {
        return { start: batch[i], divergence: comparison };
      }
    }
  }
  throw new Error(`the mutant "${name}" was not found in ${CASES_MAX} cases`);
}
