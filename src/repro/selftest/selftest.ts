import { cLacks } from '../c/lacks.ts';
import type { Disagreement, Lacks } from '../disagreement.ts';
import { commandFlagLacks } from './command-part.ts';
import { verifierTestLacks } from './verifier-test.ts';

/**
 * What a selftest is written as: as a test of `progs/verifier_*.c`, which test_loader runs, where that can say it, else
 * as one of `prog_tests/`.
 */
export const styleOf = (disagreement: Disagreement): 'verifier test' | 'prog test' =>
  verifierTestLacks(disagreement).length === 0 ? 'verifier test' : 'prog test';

/** What of a disagreement a selftest has no words for in either style. */
export const selftestLacks = (disagreement: Disagreement): Lacks =>
  styleOf(disagreement) === 'verifier test' ? [] : progTestLacks(disagreement);

/** What C has no words for, and what libbpf has no parameter for. */
function progTestLacks(disagreement: Disagreement): Lacks {
  const { runs } = disagreement.testCase;
  const commands = runs.flatMap((run) => run.commands ?? []);
  return [
    ...cLacks(disagreement),
    ...(runs.some(({ attr }) => attr?.retval) ? ['a retval that goes in'] : []),
    ...new Set(commands.flatMap((command) => commandFlagLacks(command) ?? [])),
  ];
}
