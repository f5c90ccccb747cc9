import type { Added, RecordedCase } from './records.ts';
import type { Tables } from './tables.ts';

/**
 * Keeps a case in its own right, with what targets answered to it. Answers that are there stay, also where
 * they contradict: what was recorded is never replaced by what someone brings.
 */
export function addCase(
  { cases, outcomes }: Pick<Tables, 'cases' | 'outcomes'>,
  { testCase, claim, answers }: Omit<RecordedCase, 'name'>,
): Added {
  const { id, hash, isNew } = cases.add(testCase, claim);
  cases.keep(id);
  const became = answers.map((answer) => outcomes.add(id, answer));
  const hasMore = became.includes('new');
  return {
    name: hash,
    kind: isNew ? 'new' : hasMore ? 'more' : 'same',
    conflicts: answers.filter((_, i) => became[i] === 'conflict').map(({ name }) => name),
  };
}
