import type { Observed } from '../compare/compare.ts';
import type { Outcome, Target } from '../targets/target.ts';

/** What a target made of a case, as the oracle takes it. */
export const observedBy = ({ name, info }: Target, outcome: Outcome): Observed => ({
  name,
  info,
  outcome,
});
