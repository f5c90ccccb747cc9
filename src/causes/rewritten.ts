import type { Case } from '../case/case.ts';
import type { Insn } from '../isa/insn.ts';
import { rewriteInsns } from '../isa/rewrite.ts';

/** The case with each insn of its progs replaced by what `rewrite` gives for it. */
export const rewritten = (testCase: Case, rewrite: (insn: Insn) => readonly Insn[]): Case => ({
  ...testCase,
  progs: testCase.progs.map((prog) => ({ ...prog, insns: rewriteInsns(prog.insns, rewrite) })),
});
