import { formsOf } from '../isa/forms-of.ts';
import type { Case } from './case.ts';

/**
 * Names of the forms that the insns of a case are of, each once. With `executed` (for each prog one
 * byte for each insn, 0 where it was not reached) only those of insns that were executed.
 */
export function formsUsed(testCase: Case, executed?: readonly Uint8Array[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [prog, { insns }] of testCase.progs.entries()) {
    const reached = executed?.[prog];
    const forms = formsOf(insns);
    for (let i = 0; i < forms.length; i++) {
      const form = forms[i];
      if (form !== undefined && reached?.[i] !== 0) names.add(form.name);
    }
  }
  return names;
}
