import { distanceOf } from '../isa/distance.ts';
import { formOf } from '../isa/forms.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';

const TAIL_CALL = 12;

/**
 * The slots where functions of a prog begin, in order, where the kernel must be told of their types with
 * BTF: progs that take a function's address or call kfuncs, and functions that make tail calls, which
 * must return an int (targets/kernel/agent/functions.c). Empty where it need not.
 */
export function functionsToTell(insns: readonly Insn[]): readonly number[] {
  const starts = slotIndex(insns);
  const end = starts.at(-1)!;
  const functions = new Set([0]);
  const kinds = new Set<string>();
  for (const [i, insn] of insns.entries()) {
    const form = formOf(insn);
    const takesAddress = form?.kind === 'lddw' && form.pseudo === 'code_addr';
    if (takesAddress) kinds.add('address');
    if (form?.kind === 'call' && form.callee === 'kfunc') kinds.add('kfunc');
    if (form?.kind === 'call' && form.callee === 'helper' && insn.imm === TAIL_CALL) {
      kinds.add('tail call');
    }
    if (!takesAddress && !(form?.kind === 'call' && form.callee === 'local')) continue;
    const slot = starts[i] + 1 + (distanceOf(insn) ?? insn.imm);
    if (slot >= 0 && slot < end) functions.add(slot);
  }
  const tells =
    kinds.has('address') || kinds.has('kfunc') || (kinds.has('tail call') && functions.size > 1);
  return tells ? [...functions].sort((a, b) => a - b) : [];
}
