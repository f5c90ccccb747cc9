import { type Form, formOf } from './forms.ts';
import type { Insn } from './insn.ts';

const KNOWN = new WeakMap<readonly Insn[], readonly (Form | undefined)[]>();

/**
 * The form of each insn of a prog, undefined where it is of none. Emulator, feature check and counts
 * all ask for the same prog, so they share one answer; `insns` must not change afterwards.
 */
export function formsOf(insns: readonly Insn[]): readonly (Form | undefined)[] {
  const known = KNOWN.get(insns);
  if (known !== undefined) return known;
  const forms = insns.map(formOf);
  KNOWN.set(insns, forms);
  return forms;
}
