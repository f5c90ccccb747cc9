import type { Case } from '../case/case.ts';
import { namesUsed } from '../case/names-used.ts';
import type { Completed, Outcome } from '../targets/target.ts';
import type { Reach } from './events.ts';

/** What one case reached, each name once. */
export type Reached = { readonly [K in keyof Reach]: ReadonlySet<string> };

/** Counts of what cases reached. */
export interface ReachCounter {
  add(reached: Reached): void;
  counts(): Reach;
}

export function createReachCounter(): ReachCounter {
  const counts = forKinds(() => new Map<string, number>());
  return {
    add: (reached) => {
      for (const kind of KINDS) addNames(counts[kind], reached[kind]);
    },
    counts: () => forKinds((kind) => byName(counts[kind])),
  };
}

const KINDS = ['forms', 'progTypes', 'helpers', 'ksyms', 'mapTypes', 'errnos'] as const;

const forKinds = <T>(make: (kind: keyof Reach) => T): Record<keyof Reach, T> =>
  Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Record<keyof Reach, T>;

function addNames(counts: Map<string, number>, names: ReadonlySet<string>): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}

const byName = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What two campaigns reached together. */
export const addReach = (a: Reach, b: Reach): Reach =>
  forKinds((kind) => {
    const counts = new Map(Object.entries(a[kind]));
    for (const [name, count] of Object.entries(b[kind])) {
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return byName(counts);
  });

/**
 * What a target reached with a case. `executed` says which insns (see `Completed.executed`): a kernel
 * doesn't tell, so it is that of the emulator which the target was compared with.
 */
export function reachedBy(
  testCase: Case,
  outcome: Outcome,
  executed: Completed['executed'],
): Reached {
  const { progType } = testCase;
  return {
    ...namesUsed(testCase, executed ?? []),
    progTypes: new Set([progType]),
    mapTypes: new Set(testCase.maps.map(({ type }) => type)),
    errnos: new Set(outcome.kind === 'completed' ? errnosOf(progType, outcome) : []),
  };
}

const errnosOf = (progType: string, { load, runs }: Completed): readonly string[] =>
  load.verdict === 'rejected'
    ? [`load ${load.errno}`]
    : runs.filter(({ errno }) => errno > 0).map(({ errno }) => `${progType} ${errno}`);
