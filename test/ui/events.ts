import type { Progress, Summary, TargetCounts } from '../../src/campaign/events.ts';

/** Counts of a target with nothing to tell, to be overridden. */
export const counts = (over: Partial<TargetCounts> = {}): TargetCounts => ({
  accepted: 0,
  rejected: 0,
  compared: 0,
  incomparable: 0,
  unsupported: 0,
  crashed: 0,
  hung: 0,
  restarted: 0,
  ...over,
});

export const progress = (over: Partial<Progress> = {}): Progress => ({
  cases: 4_500,
  runs: 18_000,
  elapsedMs: 15_000,
  casesPerSecond: 300,
  divergences: 0,
  targets: {},
  ...over,
});

export const summary = (over: Partial<Summary> = {}): Summary => ({
  seed: '7',
  cases: 10_000,
  runs: 40_000,
  durationMs: 33_000,
  casesPerSecond: 303,
  findings: [],
  divergences: 0,
  targets: {},
  excused: {},
  causes: {},
  known: {},
  stopped: 'limit',
  ...over,
});
