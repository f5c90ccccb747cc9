import { createCaseSource } from '../../../generators/index.ts';
import { common } from '../../campaign/common-features.ts';
import { compareAll, showing } from '../../campaign/compare-all.ts';
import type { IsSteady } from '../../campaign/investigate.ts';
import { presumedBy } from '../../campaign/presumed-by.ts';
import { caseHash } from '../../case/hash.ts';
import type { Divergence } from '../../compare/compare.ts';
import { type Holds, type Shrunk, shrink } from '../../shrink/shrink.ts';
import type { Shrinkable } from '../../shrink/shrinkable.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import type { KernelTarget } from '../../targets/kernel/kernel-target.ts';
import type { Target } from '../../targets/target.ts';
import { type OpenOptions, openTargets } from '../open-targets.ts';
import { standInsOn } from '../stand-ins.ts';
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

/** One by one, in batches, and in batches on the way that stand-ins presume: all must end with the same case. */
const WAYS = ['serial', 'batched', 'presumed'] as const;
type Way = (typeof WAYS)[number];

/**
 * What batches and stand-ins are worth: what an emulator with a wrong rule does, as a user's own runtime might, is
 * shrunk on the same kernel with one candidate a round trip, with batches of them, and with batches on the way that
 * stand-ins presume, which is how campaigns do it. bpfdiff's own emulator stands in for the kernel.
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
      const compared = await compareWays(mutant, kernel, ROUNDS, options.signal);
      if (compared !== undefined) all.push(compared);
    }
    const sumMs = (way: Way): number => all.reduce((sum, each) => sum + typicalMs(each, way), 0);
    const fasterBy = (way: Way): number => sumMs('serial') / sumMs(way);
    const same = all.filter(isSame).length;
    return [
      ...all.map(lineOf),
      {
        what: 'cases that are the same every way',
        value: same,
        unit: 'cases',
        ratio: same / all.length,
        against: 'all of them',
      },
      {
        what: 'all one by one, against all in batches with stand-ins',
        value: fasterBy('presumed'),
        unit: 'times',
        ratio: fasterBy('presumed') / FASTER_MIN,
        against: `what it has to be at least (${FASTER_MIN})`,
      },
      {
        what: 'all one by one, against all in batches without',
        value: fasterBy('batched'),
        unit: 'times',
        ratio: fasterBy('batched') / fasterBy('presumed'),
        against: 'with stand-ins',
      },
    ];
  } finally {
    await opened.close();
  }
}

interface Timed extends Shrunk {
  readonly ms: number;
  readonly batches: number;
}

/** One divergence, shrunk each way in each round. */
interface Compared {
  readonly name: string;
  readonly rounds: readonly Readonly<Record<Way, Timed>>[];
}

const typicalMs = ({ rounds }: Compared, way: Way): number =>
  median(rounds.map((ways) => ways[way].ms));

export function isSame({ rounds }: Compared): boolean {
  const all = rounds.flatMap((ways) => WAYS.map((way) => ways[way].shrunk.testCase));
  return new Set(all.map(caseHash)).size === 1;
}

function lineOf(compared: Compared): Measurement {
  const [serialMs, quickMs] = [typicalMs(compared, 'serial'), typicalMs(compared, 'presumed')];
  const { serial, presumed } = compared.rounds[0];
  return {
    what: `with stand-ins: ${compared.name}`,
    value: quickMs / 1000,
    unit: 's',
    ratio: quickMs / serialMs,
    against: `one by one (${(serialMs / 1000).toFixed(1)} s; ${serial.tried} candidates; ${presumed.tried} in ${presumed.batches} batches)`,
  };
}

/** The first divergence of a mutant, if there is one, shrunk each way; a round more than `rounds`, which pays for what is new. */
export async function compareWays(
  { name, rules }: Mutant,
  kernel: KernelTarget,
  rounds: number,
  signal: AbortSignal,
): Promise<Compared | undefined> {
  const { linux } = kernel.info;
  const pair = [createEmulator({ linux, rules }), kernel] as const;
  const [isSteady, standIns] = [steadyOn(linux), standInsOn(linux)];
  const found = await firstDivergence(pair, isSteady);
  if (found === undefined) return undefined;
  const { start, divergence } = found;
  const timed = async (way: Way): Promise<Timed> => {
    const startedMs = performance.now();
    const holds = showing(divergence, pair, isSteady);
    const presumed =
      way === 'presumed' ? await presumedBy(standIns, start.testCase, divergence, pair) : undefined;
    let batches = 0;
    const counted: Holds = (candidates) => {
      batches++;
      return holds(candidates);
    };
    const shrunk = await shrink(anew(start), counted, {
      ...(presumed && { presumed }),
      ...(way === 'serial' && { batchSize: 1 }),
      signal,
    });
    return { ...shrunk, ms: performance.now() - startedMs, batches };
  };
  const timings: Readonly<Record<Way, Timed>>[] = [];
  for (let round = 0; round <= rounds; round++) {
    timings.push({
      batched: await timed('batched'),
      serial: await timed('serial'),
      presumed: await timed('presumed'),
    });
  }
  return { name, rounds: timings.slice(1) };
}

/** The candidates of a start are kept as long as it is. */
const anew = (start: Shrinkable): Shrinkable => ({
  testCase: start.testCase,
  shrink: () => start.shrink(),
});

/** The first generated case on which the two differ for sure; none where a kernel lacks what would differ. */
async function firstDivergence(
  pair: readonly [Target, Target],
  isSteady: IsSteady,
): Promise<{ readonly start: Shrinkable; readonly divergence: Divergence } | undefined> {
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
  return undefined;
}
