import { createCaseSource } from '../../../generators/index.ts';
import { type Case, PLAIN_RUN } from '../../case/case.ts';
import { assemble } from '../../isa/assemble.ts';
import type { Target } from '../../targets/target.ts';
import { type OpenOptions, openTargets } from '../open-targets.ts';
import { parseTargetNames } from '../target-names.ts';
import type { Measurement } from './measurement.ts';

const ROUND_TRIPS = 100;
const CASES = 1024;
const BATCH_CASES = 256;
const RUNS = 1024;
const RUNS_BATCHES = 8;

/** What each kernel costs by itself: its start, a round trip, cases and runs. One after the other. */
export async function benchKernels(
  names: string,
  options: OpenOptions,
): Promise<readonly Measurement[]> {
  const all: Measurement[] = [];
  for (const { text } of parseTargetNames(names, options.cacheDir))
    all.push(...(await benchKernel(text, options)));
  return all;
}

async function benchKernel(name: string, options: OpenOptions): Promise<readonly Measurement[]> {
  let bootMs = 0;
  const opened = await openTargets(parseTargetNames(name, options.cacheDir), {
    ...options,
    onEvent: (target, event) => {
      if (event.kind === 'ready') bootMs = event.afterMs;
      options.onEvent(target, event);
    },
  });
  try {
    const [target] = opened.kernels;
    const tripMs = await timeMs(
      target,
      Array<readonly Case[]>(ROUND_TRIPS).fill([TINY]),
      options.signal,
    );
    const tripsMs = tripMs / ROUND_TRIPS;
    const casesMs = await timeMs(target, batches(target), options.signal);
    const runsMs = await timeMs(
      target,
      Array<readonly Case[]>(RUNS_BATCHES).fill([MANY_RUNS]),
      options.signal,
    );
    const perCaseMs = casesMs / CASES;
    const perRunMs = runsMs / (RUNS * RUNS_BATCHES);
    return [
      { what: `${name}: start until the first case`, value: bootMs / 1000, unit: 's' },
      { what: `${name}: a round trip with the smallest case`, value: tripsMs, unit: 'ms' },
      {
        what: `${name}: generated cases`,
        value: 1000 / perCaseMs,
        unit: 'cases/s',
        ratio: perCaseMs / tripsMs,
        against: 'a case for each round trip',
      },
      {
        what: `${name}: runs of a case that has many`,
        value: 1000 / perRunMs,
        unit: 'runs/s',
        ratio: perRunMs / perCaseMs,
        against: 'a generated case',
      },
    ];
  } finally {
    await opened.close();
  }
}

async function timeMs(
  target: Target,
  requests: readonly (readonly Case[])[],
  signal: AbortSignal,
): Promise<number> {
  const startedMs = performance.now();
  for (const cases of requests) {
    signal.throwIfAborted();
    await target.execute(cases);
  }
  return performance.now() - startedMs;
}

function batches({ features }: Target): readonly (readonly Case[])[] {
  const source = createCaseSource({ seed: 1n, profile: 'default', capabilities: [features] });
  return Array.from({ length: CASES / BATCH_CASES }, () =>
    Array.from({ length: BATCH_CASES }, () => source.next().testCase),
  );
}

const TINY: Case = {
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  maps: [],
  ksyms: [],
  progs: [{ insns: assemble('r0 = 2\nexit') }],
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(14) }],
};
const MANY_RUNS: Case = { ...TINY, runs: Array.from({ length: RUNS }, () => TINY.runs[0]) };
