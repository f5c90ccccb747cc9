import type { Case, Prog } from '../case/case.ts';
import { rewriteInsns, withoutUnreachable } from '../isa/rewrite.ts';
import type { InsnPlace } from './located.ts';
import { END } from './recorder.ts';
import { ask, compared, type Session } from './session.ts';

/** Insns that are tried in one batch. */
const ENDS = 64;

/**
 * The insn that one verifier refuses: the last one, in the order of the prog, with whose place taken by an
 * end both verifiers say the same. What no path leads to any more is left out, as they refuse it.
 */
export async function byVerdict(session: Session): Promise<InsnPlace | undefined> {
  const { testCase } = session.subject;
  const places = testCase.progs
    .flatMap(({ insns }, prog) => insns.map((_, insn) => ({ prog, insn })))
    .reverse();
  for (let from = 0; from < places.length; from += ENDS) {
    const tried = places.slice(from, from + ENDS);
    const cases = tried.map((place) => endedAt(testCase, place));
    const answers = await ask(session, cases);
    const at = tried.findIndex((_, i) => {
      const comparison = compared(session, cases[i], answers[i], (outcome) => outcome);
      return comparison.kind === 'agree' || comparison.kind === 'incomparable'
        ? isAccepted(answers[i].pair[0])
        : comparison.class !== session.divergence.class;
    });
    if (at >= 0) return tried[at];
  }
  return undefined;
}

const isAccepted = (outcome: Awaited<ReturnType<typeof ask>>[number]['pair'][number]): boolean =>
  outcome.kind === 'completed' && outcome.load.verdict === 'accepted';

/** The case without the insn and all that only it leads to. */
const endedAt = (testCase: Case, { prog, insn: at }: InsnPlace): Case => ({
  ...testCase,
  progs: testCase.progs.map(
    ({ insns }, i): Prog => ({
      insns:
        i === prog
          ? withoutUnreachable(rewriteInsns(insns, (insn, j) => (j === at ? END : [insn])))
          : insns,
    }),
  ),
});
