import type { TargetCounts } from '../campaign/events.ts';

/** Counts of several targets as those of one. */
export function sumOfCounts(all: readonly TargetCounts[]): TargetCounts {
  const sum = (count: (counts: TargetCounts) => number): number =>
    all.reduce((total, counts) => total + count(counts), 0);
  return {
    accepted: sum(({ accepted }) => accepted),
    rejected: sum(({ rejected }) => rejected),
    compared: sum(({ compared }) => compared),
    incomparable: sum(({ incomparable }) => incomparable),
    unsupported: sum(({ unsupported }) => unsupported),
    crashed: sum(({ crashed }) => crashed),
    hung: sum(({ hung }) => hung),
    restarted: sum(({ restarted }) => restarted),
  };
}
