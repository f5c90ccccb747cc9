import type { Case } from '../case/case.ts';
import type { Observed } from '../compare/compare.ts';

/** What a reproducer shows: a case on which a kernel answers otherwise than another target did. */
export interface Disagreement {
  readonly testCase: Case;
  /** The kernel that the reproducer is run on, and what it answered. */
  readonly subject: Observed;
  /** What is expected: what the other target answered, or the same where none disagrees. */
  readonly other: Observed;
  /** What they disagree in, in one line; where they don't, what the case shows. */
  readonly claim: string;
  /** Whether the two are known to differ. Where they aren't, the reproducer checks that they don't. */
  readonly shows: 'divergence' | 'agreement';
}

/** A file of a reproducer. */
export interface ReproFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** What a format has no words for: each thing once, for people. */
export type Lacks = readonly string[];
