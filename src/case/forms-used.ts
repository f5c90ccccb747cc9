import { formOf } from '../isa/forms.ts';
import type { Case } from './case.ts';

/**
 * Names of the forms that the insns of a case are of, each once. With `executed` (for each prog one
 * byte for each insn, 0 where it was not reached) only those of insns that were executed.
 */
export function formsUsed(testCase: Case, executed?: readonly Uint8Array[]): ReadonlySet<string> {
  const names = new Set<string>();
  testCase.progs.forEach(({ insns }, prog) => {
    const reached = executed?.[prog];
    insns.forEach((insn, index) => {
      if (reached !== undefined && reached[index] === 0) return;
      const form = formOf(insn);
      if (form !== undefined) names.add(form.name);
    });
  });
  return names;
}
