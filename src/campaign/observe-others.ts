import type { Case } from '../case/case.ts';
import type { Observed } from '../compare/compare.ts';
import type { Target } from '../targets/target.ts';
import { observedBy } from './observed-by.ts';

/**
 * What the targets that are not of the pair make of a case: who agrees with whom. None of one that lacks
 * what the case needs, nor of one that is lost with it: what the pair has shown is a finding all the same.
 */
export async function observeOthers(
  testCase: Case,
  everyone: readonly Target[],
  pair: readonly Target[],
): Promise<readonly Observed[]> {
  const others = everyone.filter((target) => !pair.includes(target));
  const answered = await Promise.all(
    others.map(async (target) => {
      const [outcome] = await target.execute([testCase]).catch(() => []);
      return outcome && observedBy(target, outcome);
    }),
  );
  return answered.filter(
    (observed) => observed !== undefined && observed.outcome.kind !== 'unsupported',
  );
}
