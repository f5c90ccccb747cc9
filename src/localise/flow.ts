import type { Form } from '../isa/forms.ts';
import { formsOf } from '../isa/forms-of.ts';
import type { Insn } from '../isa/insn.ts';
import { targetIndexes } from '../isa/rewrite.ts';

/** Where a prog may go from each insn, and what its functions are. */
export interface Flow {
  readonly insns: readonly Insn[];
  readonly forms: readonly (Form | undefined)[];
  /** Insns that may follow each within its function: a call is followed by what stands behind it. */
  readonly successors: readonly (readonly number[])[];
  /** The first insn of the function that each calls; undefined for all but calls of the prog's own. */
  readonly callees: readonly (number | undefined)[];
  /** First insns of functions that helpers call. */
  readonly callbacks: ReadonlySet<number>;
}

export function flowOf(insns: readonly Insn[]): Flow {
  const forms = formsOf(insns);
  const targets = targetIndexes(insns);
  const isCode = (form: Form | undefined): boolean =>
    form?.kind === 'lddw' && form.pseudo === 'code_addr';
  return {
    insns,
    forms,
    callees: targets.map((target, i) => (forms[i]?.kind === 'call' ? target : undefined)),
    callbacks: new Set(targets.filter((_, i) => isCode(forms[i])).flatMap((at) => at ?? [])),
    successors: insns.map((_, i) => {
      const next = i + 1 < insns.length ? [i + 1] : [];
      const target = targets[i] === undefined ? [] : [targets[i]];
      switch (forms[i]?.kind) {
        case 'exit':
          return [];
        case 'goto':
          return target;
        case 'jump':
        case 'may_goto':
          return [...next, ...target];
        default:
          return next;
      }
    }),
  };
}
