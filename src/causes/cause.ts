import type { Case } from '../case/case.ts';
import type { Outcome, TargetInfo } from '../targets/target.ts';

/** A mistake that kernels are known to have. */
export interface Cause {
  /** As findings and recorded answers name it. */
  readonly name: string;
  /** What is wrong, in a sentence or two. */
  readonly reason: string;
  /** Which kernels have it, as far as is known. */
  readonly kernels: string;
  /** Where that is read: file, function and release. */
  readonly source: string;
  /** What bpfdiff sees of it. */
  readonly shows: string;
  /** Cases in `corpus/regressions/` that show it, the smallest first; without `.case`. */
  readonly cases: readonly string[];
  /**
   * Where the emulator makes the same mistake, so that it agrees with the kernels that have it; absent
   * where it is right, and its answer differs from theirs.
   */
  readonly emulated?: string;
  /** Functions that the kernel's own reports of it name, and of nothing else: such a report explains itself. */
  readonly reportedIn?: readonly string[];
  /** Absent where there is none, and where there is no divergence to explain. */
  readonly experiment?: Experiment;
}

/**
 * Shows whether a divergence comes from a mistake: the same case, written so that the mistake can't
 * matter. Where that agrees and the case itself doesn't, it is the cause.
 */
export interface Experiment {
  /** Whether a target may have it while it runs the case. */
  readonly concerns: (info: TargetInfo, testCase: Case) => boolean;
  readonly without: (testCase: Case) => Case;
  /** How an outcome that it shows in ends; absent where it may show in any. */
  readonly endsAs?: Outcome['kind'];
}
