import type { Case, MapSpec } from '../../case/case.ts';
import { formNamed, insnOf, type Operands } from '../../isa/forms.ts';
import type { Insn } from '../../isa/insn.ts';

/** An insn of the form of that name. */
export const insn = (form: string, operands?: Operands): Insn => insnOf(formNamed(form), operands);

/** `r0 = 0; exit` */
export const RETURN_0: readonly Insn[] = [insn('mov64.k'), insn('exit')];

/** A case that is loaded and not run: `rest` over a socket filter that returns 0. */
export function tinyCase(rest: Partial<Case> & { readonly insns?: readonly Insn[] } = {}): Case {
  const { insns = RETURN_0, ...fields } = rest;
  return {
    progType: 'socket_filter',
    expectedAttachType: 0,
    progFlags: 0,
    ksyms: [],
    maps: [],
    progs: [{ insns }],
    runs: [],
    ...fields,
  };
}

/** One value of 8 bytes. */
export const TINY_MAP: MapSpec = {
  name: 'm',
  type: 'array',
  keyBytes: 4,
  valueBytes: 8,
  maxEntries: 1,
  flags: 0,
  entries: [],
};
