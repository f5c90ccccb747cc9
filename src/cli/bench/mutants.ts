import { type OpenOptions, openTargets } from '../open-targets.ts';
import { parseTargetNames } from '../target-names.ts';
import type { Measurement } from './measurement.ts';
import { coreInsns } from './mutants/core-insns.ts';
import { type Found, hunt } from './mutants/hunt.ts';
import { MUTANTS_BY_AREA } from './mutants/mutants.ts';

/** What "found and understood" comes to (see `coreInsns` for what is counted). */
const LIMITS = { casesMax: 50_000, medianInsns: 4, ninetyPercentInsns: 8 } as const;

/**
 * How well wrong emulators are found against a kernel: each mutant is hunted by a campaign of its own. One
 * line for each: cases until it was found, insns of what is left of the case, what shrinking took. Then the
 * sums, against their limits.
 */
export async function benchMutants(
  kernelName: string,
  options: OpenOptions,
): Promise<readonly Measurement[]> {
  const opened = await openTargets(parseTargetNames(kernelName, options.cacheDir), options);
  try {
    const [kernel] = opened.kernels;
    const lines: Measurement[] = [];
    const all: (Found | undefined)[] = [];
    for (const [area, mutants] of Object.entries(MUTANTS_BY_AREA)) {
      for (const mutant of mutants) {
        options.signal.throwIfAborted();
        const found = await hunt(mutant, kernel, { ...LIMITS, signal: options.signal });
        all.push(found);
        const line = lineOf(`${area}: ${mutant.name}`, found);
        process.stderr.write(`${line.what}: ${line.value} insns, ${line.against}\n`);
        lines.push(line);
      }
    }
    return [...lines, ...sumsOf(all)];
  } finally {
    await opened.close();
  }
}

function lineOf(what: string, found: Found | undefined): Measurement {
  if (found === undefined) return { what, value: 0, unit: 'insns', against: 'not found' };
  const { cases, divergence, shrinking } = found;
  const { tried, ms, roundTrips } = shrinking;
  return {
    what,
    value: coreInsns(divergence.shrunk),
    unit: 'insns',
    against: `found after ${cases} cases; ${tried} candidates in ${roundTrips} round trips, ${Math.round(ms)} ms`,
  };
}

function sumsOf(all: readonly (Found | undefined)[]): readonly Measurement[] {
  const found = all.filter((each) => each !== undefined);
  const sizes = found.map(({ divergence }) => coreInsns(divergence.shrunk));
  const against = (limit: number): string => `the limit (${limit} insns)`;
  const size = (what: string, share: number, limit: number): Measurement => {
    const value = quantile(sizes, share);
    return { what, value, unit: 'insns', ratio: value / limit, against: against(limit) };
  };
  const cases = Math.max(...found.map((each) => each.cases));
  return [
    {
      what: 'mutants that were found',
      value: found.length,
      unit: 'mutants',
      ratio: found.length / all.length,
      against: 'all of them',
    },
    {
      what: 'cases for the last of them',
      value: cases,
      unit: 'cases',
      ratio: cases / LIMITS.casesMax,
      against: `the limit (${LIMITS.casesMax})`,
    },
    size('size of the median', 0.5, LIMITS.medianInsns),
    size('size of nine in ten, at most', 0.9, LIMITS.ninetyPercentInsns),
    {
      what: 'shrinking, median',
      value: quantile(
        found.map(({ shrinking }) => shrinking.ms / 1000),
        0.5,
      ),
      unit: 's',
    },
    {
      what: 'round trips of shrinking, median',
      value: quantile(
        found.map(({ shrinking }) => shrinking.roundTrips),
        0.5,
      ),
      unit: 'trips',
    },
  ];
}

/** The smallest value that so large a share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
