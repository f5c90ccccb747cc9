import type { Completed, RunOutcome } from '../../targets/target.ts';
import type { Disagreement } from '../disagreement.ts';

/** What is expected, and what was seen, unless the subject did not come to an end or refused it. */
export function outcomesOf({ subject, other }: Disagreement): {
  readonly expected: Completed;
  readonly seen: Completed | undefined;
} {
  if (other.outcome.kind !== 'completed') throw new Error('nothing is known to be expected');
  const { outcome } = subject;
  return {
    expected: other.outcome,
    seen: outcome.kind === 'completed' ? outcome : undefined,
  };
}

/** The same of a run. */
export function runOutcomes(
  disagreement: Disagreement,
  index: number,
): { readonly expected: RunOutcome; readonly seen: RunOutcome | undefined } {
  const { expected, seen } = outcomesOf(disagreement);
  return { expected: expected.runs[index], seen: seen?.runs[index] };
}
