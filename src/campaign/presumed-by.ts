import type { Case } from '../case/case.ts';
import type { Divergence } from '../compare/compare.ts';
import type { Target } from '../targets/target.ts';
import { showing } from './compare-all.ts';
import type { IsSteady } from './investigate.ts';

/** What answers quickly and is mostly right. */
export interface StandIns {
  /** What answers as a target does; the target itself where nothing else does, or where it is quick. */
  readonly of: (target: Target) => Target;
  readonly isSteady: IsSteady;
  /** False of most cases that a verifier refuses, for which nothing else stands in. */
  readonly mayLoad: (testCase: Case) => boolean;
}

/**
 * Says of a case whether what stands in for the two targets disagrees on it as they do in `divergence`. Undefined
 * where stand-ins do not even see that on the case that it was found on: what they are wrong in as well, and what
 * only a kernel has.
 */
export async function presumedBy(
  standIns: StandIns,
  found: Case,
  divergence: Divergence,
  pair: readonly [Target, Target],
): Promise<((candidate: Case) => Promise<boolean>) | undefined> {
  const two = [standIns.of(pair[0]), standIns.of(pair[1])] as const;
  const quick = two.filter((standIn) => !pair.includes(standIn));
  const themselves = two.filter((standIn) => pair.includes(standIn));
  if (quick.length === 0) return undefined;
  // A prog that has become a loop without end ends soon where something stands in, and maybe late elsewhere.
  const holds = showing(divergence, two, standIns.isSteady, [...quick, ...themselves]);
  const presumed = async (candidate: Case): Promise<boolean> =>
    standIns.mayLoad(candidate) && (await holds([candidate]))[0];
  return (await presumed(found)) ? presumed : undefined;
}
