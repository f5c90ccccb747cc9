import { formsOf } from '../isa/forms-of.ts';
import { HELPERS } from '../isa/helpers.ts';
import type { Case } from './case.ts';

/** What insns of a case name, each once. */
export interface NamesUsed {
  /** Forms of insns, such as `add64.x`. */
  readonly forms: ReadonlySet<string>;
  /** Prog type and helper, such as `xdp redirect_map`. */
  readonly helpers: ReadonlySet<string>;
  /** Functions and variables of the kernel. */
  readonly ksyms: ReadonlySet<string>;
}

/**
 * What the insns of a case name. With `executed` (see `Execution`; nothing is of a prog that it doesn't
 * have) only those that were executed.
 */
export function namesUsed(testCase: Case, executed?: readonly Uint8Array[]): NamesUsed {
  const forms = new Set<string>();
  const helpers = new Set<string>();
  const ksyms = new Set<string>();
  for (const [prog, { insns }] of testCase.progs.entries()) {
    const reached = executed === undefined ? undefined : (executed[prog] ?? NOTHING);
    for (const [i, form] of formsOf(insns).entries()) {
      if (form === undefined || (reached !== undefined && !reached[i])) continue;
      const { imm } = insns[i];
      forms.add(form.name);
      if (form.name === 'call.helper') helpers.add(`${testCase.progType} ${HELPERS[imm] ?? imm}`);
      if (KSYM_FORMS.has(form.name)) ksyms.add(testCase.ksyms[imm]);
    }
  }
  return { forms, helpers, ksyms };
}

const NOTHING = new Uint8Array();
const KSYM_FORMS: ReadonlySet<string> = new Set(['call.kfunc', 'lddw.var_addr']);
