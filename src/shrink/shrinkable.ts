import type { Case } from '../case/case.ts';

/**
 * A case together with the smaller cases that it can be replaced by, the most promising first. Some may be no simpler.
 */
export interface Shrinkable {
  readonly testCase: Case;
  /** Lazy; each call starts anew and gives the same sequence. A case may be made when it is first looked at. */
  shrink(): Iterable<Shrinkable>;
}
