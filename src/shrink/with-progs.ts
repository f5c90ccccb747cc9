import type { Case } from '../case/case.ts';
import type { Insn } from '../isa/insn.ts';
import { withEach } from './chunks.ts';

/** Cases in which the insns of one prog are replaced, by each of what `smaller` makes of them. */
export function* withProgs(
  testCase: Case,
  smaller: (insns: readonly Insn[]) => Iterable<readonly Insn[]>,
): Iterable<Case> {
  const progs = withEach(testCase.progs, function* ({ insns }) {
    for (const fewer of smaller(insns)) yield { insns: fewer };
  });
  for (const changed of progs) yield { ...testCase, progs: changed };
}
