import { formOf } from './forms.ts';
import type { Insn } from './insn.ts';
import { OPCODE_CALL, OPCODE_LDDW } from './opcode.ts';

/** What `imm` of an insn is an index of. */
export type Named = 'map' | 'ksym';

/** Which list of its case an insn names something of; undefined for most. */
export function namedBy(insn: Insn): Named | undefined {
  if (insn.opcode !== OPCODE_LDDW && insn.opcode !== OPCODE_CALL) return undefined;
  const form = formOf(insn);
  if (form?.kind === 'call') return form.callee === 'kfunc' ? 'ksym' : undefined;
  if (form?.kind !== 'lddw') return undefined;
  if (form.pseudo === 'var_addr') return 'ksym';
  return form.pseudo.startsWith('map_') ? 'map' : undefined;
}
