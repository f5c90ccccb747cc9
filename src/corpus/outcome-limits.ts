import type { Fault, LiveFrames, Outcome, TroubleKind } from '../targets/target.ts';

/** How much a recorded outcome may have. Checked wherever one is read. */
export const OUTCOME_LIMITS = {
  /** MAX_ERRNO, include/linux/err.h (6.1). */
  errno: 4095,
  answersPerCase: 256,
  missing: 1024,
  textChars: 64 * 1024,
  entriesPerMap: 65_536,
  cpus: 8192,
  /** Entries, of which each may stand for several that are alike. */
  frames: 8192,
  /** In any one of the outputs, keys and values. */
  bytes: 16 * 1024 * 1024,
} as const;

/** Their order is their number in stored bytes: new ones go to the end. */
export const OUTCOME_KINDS = [
  'completed',
  'crashed',
  'hung',
  'unsupported',
] as const satisfies readonly Outcome['kind'][];

/** Their order is their number in stored bytes. */
export const FRAME_WAYS = ['received', 'sent'] as const satisfies readonly LiveFrames['way'][];

/** The number of a reason in stored bytes, where 0 stands for no fault. A number stays what it is. */
export const FAULT_NUMBERS: Readonly<Record<Fault['reason'], number>> = {
  access: 1,
  'unknown-insn': 2,
  'unknown-helper': 3,
  'bad-jump': 4,
  'call-depth': 5,
  'write-to-r10': 6,
  'bad-argument': 7,
  steps: 8,
};

/** As the numbers of faults: 0 stands for no trouble. */
export const TROUBLE_NUMBERS: Readonly<Record<TroubleKind, number>> = {
  panic: 1,
  oops: 2,
  bug: 3,
  warning: 4,
  kasan: 5,
  kfence: 6,
  ubsan: 7,
  lockdep: 8,
  'rcu-stall': 9,
  lockup: 10,
  'hung-task': 11,
  'out-of-memory': 12,
  other: 13,
  worker: 14,
  agent: 15,
  'time-limit': 16,
  stuck: 17,
  silent: 18,
  vanished: 19,
};

export const TROUBLE_KINDS = Object.keys(TROUBLE_NUMBERS) as readonly TroubleKind[];

export const FAULT_REASONS = Object.keys(FAULT_NUMBERS) as readonly Fault['reason'][];
