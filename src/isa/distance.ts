import { formOf } from './forms.ts';
import type { Insn } from './insn.ts';

/**
 * How far a jump, a local call or `code_addr` goes: in slots, counted from the slot behind the insn's
 * first one (for `code_addr`: Linux 6.1 kernel/bpf/verifier.c `check_ld_imm`). Undefined for all else.
 */
export function distanceOf(insn: Insn): number | undefined {
  const form = formOf(insn);
  switch (form?.kind) {
    case 'jump':
    case 'may_goto':
      return insn.off;
    case 'goto':
      return form.offBits === 16 ? insn.off : insn.imm;
    case 'call':
      return form.callee === 'local' ? insn.imm : undefined;
    case 'lddw':
      return form.pseudo === 'code_addr' ? insn.imm : undefined;
    default:
      return undefined;
  }
}
