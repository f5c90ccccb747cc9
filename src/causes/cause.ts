import type { Case } from '../case/case.ts';
import type { TargetInfo } from '../targets/target.ts';

/**
 * A mistake that kernels are known to have, and the experiment that shows whether a divergence comes
 * from it: the same case, written so that the mistake can't matter. Where that agrees and the case
 * itself doesn't, it is the cause.
 */
export interface Cause {
  /** As findings name it. */
  readonly name: string;
  readonly reason: string;
  /** Which kernels have it. */
  readonly kernels: string;
  /** Where that is read. */
  readonly source: string;
  /** Whether a target may have it while it runs the case. */
  readonly concerns: (info: TargetInfo, testCase: Case) => boolean;
  readonly without: (testCase: Case) => Case;
}
