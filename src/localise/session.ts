import type { Case } from '../case/case.ts';
import { type Comparison, compareOutcomes, type Divergence } from '../compare/compare.ts';
import type { Outcome, Target } from '../targets/target.ts';
import type { Subject } from './looked-at.ts';

/** Two targets that diverge on a case, and who else is asked. */
export interface Session {
  readonly subject: Subject;
  readonly divergence: Divergence;
  readonly pair: readonly [Target, Target];
  /**
   * Emulators of different luck, whose uninitialised memory, addresses, time and random numbers aren't the
   * same: what they differ in says nothing. None is needed; two are best.
   */
  readonly witnesses: readonly Target[];
}

/** What came of one case. */
export interface Answers {
  readonly pair: readonly [Outcome, Outcome];
  readonly witnesses: readonly Outcome[];
}

/** Runs the cases on the two and on the witnesses, all in one batch. */
export async function ask(
  { pair, witnesses }: Session,
  cases: readonly Case[],
): Promise<readonly Answers[]> {
  const [a, b, ...others] = await Promise.all(
    [...pair, ...witnesses].map((target) => target.execute(cases)),
  );
  return cases.map((_, i) => ({
    pair: [a[i], b[i]],
    witnesses: others.map((outcomes) => outcomes[i]),
  }));
}

/** What the oracle says of the two, `without` what is only there to look at them. */
export function compared(
  { pair }: Session,
  testCase: Case,
  { pair: outcomes }: Answers,
  without: (outcome: Outcome) => Outcome,
): Comparison {
  const [a, b] = pair.map(({ name, info }, i) => ({ name, info, outcome: without(outcomes[i]) }));
  return compareOutcomes(testCase, a, b);
}

/** Whether the witnesses agree on it, so that a difference of others shows something. */
export function isSteady(
  { witnesses }: Session,
  testCase: Case,
  answers: Answers,
  without: (outcome: Outcome) => Outcome,
): boolean {
  const [first, ...others] = witnesses.map(({ name, info }, i) => ({
    name,
    info,
    outcome: without(answers.witnesses[i]),
  }));
  return others.every((other) => compareOutcomes(testCase, first, other).kind !== 'diverge');
}
