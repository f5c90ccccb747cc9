import type { Case } from '../case/case.ts';
import { compareOutcomes, type Observed } from './compare.ts';

/** Who agrees with whom about a case. */
export interface Agreement {
  /** Targets with the same answer, the largest group first; each in the order in which they were given. */
  readonly groups: readonly (readonly Observed[])[];
  /** Those that no other could be compared with, as a rule excuses each. */
  readonly incomparable: readonly Observed[];
  /** The only one that says something else, where all others, two or more, agree. */
  readonly oddOneOut?: Observed;
}

/**
 * Groups targets by their answers to a case. One joins the first group with a member that it agrees with
 * and none that it diverges from: excused differences say nothing either way.
 */
export function agreementOf(testCase: Case, observed: readonly Observed[]): Agreement {
  const groups: Observed[][] = [];
  const compare = (a: Observed, b: Observed) => compareOutcomes(testCase, a, b).kind;
  const isComparable = observed.map((a) =>
    observed.some((b) => a !== b && compare(a, b) !== 'incomparable'),
  );
  for (const one of observed.filter((_, i) => isComparable[i])) {
    const mine = groups.find((group) => {
      const kinds = group.map((member) => compare(member, one));
      return kinds.includes('agree') && !kinds.includes('diverge');
    });
    if (mine === undefined) groups.push([one]);
    else mine.push(one);
  }
  groups.sort((a, b) => b.length - a.length);
  const [most, ...rest] = groups;
  const isOdd = most !== undefined && most.length >= 2 && rest.length === 1 && rest[0].length === 1;
  return {
    groups,
    incomparable: observed.filter((_, i) => !isComparable[i]),
    ...(isOdd && { oddOneOut: rest[0][0] }),
  };
}
