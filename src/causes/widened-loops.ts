import type { Case } from '../case/case.ts';
import { formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Cause } from './cause.ts';
import { isAtLeast } from './release.ts';
import { rewritten } from './rewritten.ts';

const MAY_GOTO = formNamed('may_goto')!;
const GOTO = formNamed('ja')!;

/**
 * A may_goto that no short loop ends by, as a goto to the next insn. What the verifier makes of the
 * loop then is what its counter says.
 */
export const WIDENED_LOOPS: Cause = {
  name: 'widened-loops-have-no-end',
  reason:
    'At a may_goto that it comes to again, the verifier forgets what counters of loops are, as long as it does not know that they matter. A loop with a may_goto in another loop is then walked as if it had no end, where a further register is something else in each round: loading takes minutes, for two rounds of two.',
  kernels: '6.9 and later (seen on 6.12 and 7.2); older ones have no may_goto',
  source:
    'widen_imprecise_scalars, kernel/bpf/verifier.c (6.12), states.c (7.2). That it ends at 1,000,000 insns is a guess: it took more than 200 s on an emulated CPU',
  shows: 'Hung: the case took longer than it may.',
  cases: ['widened-loops-have-no-end'],
  experiment: {
    concerns: ({ engine, linux }, { progs }) =>
      engine !== 'emulator' &&
      isAtLeast(linux, '6.9') &&
      progs.some(({ insns }) => insns.some((insn) => formOf(insn) === MAY_GOTO)),
    without: withGotos,
    endsAs: 'hung',
  },
};

function withGotos(testCase: Case): Case {
  const onward = insnOf(GOTO, { off: 0 });
  return rewritten(testCase, (insn) => [formOf(insn) === MAY_GOTO ? onward : insn]);
}
