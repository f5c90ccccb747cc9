import type { Case } from '../../../case/case.ts';
import { type Form, formOf } from '../../../isa/forms.ts';
import type { Insn } from '../../../isa/insn.ts';
import { R10 } from '../../../isa/opcode.ts';

/**
 * How many insns of a case show something, beside those that every case needs: `exit`, and the _observation
 * epilogue_, which carries what came of it out of the prog. That are the last insns before an exit that do
 * nothing but
 *
 *   r1 = map_val(...) ll          find the place in a map where something is kept
 *   r2 = *(u64 *)(r10 -8)         take it from the stack
 *   *(u64 *)(r1 +0) = r2          keep it, or add it to what is there
 *   r0 = ...                      give the prog its result, by a move, once
 */
export function coreInsns({ progs }: Case): number {
  return progs.reduce((sum, { insns }) => sum + coreOf(insns), 0);
}

function coreOf(insns: readonly Insn[]): number {
  let core = 0;
  let part: 'body' | 'result' | 'kept' = 'body';
  for (const insn of insns.toReversed()) {
    const form = formOf(insn);
    if (form?.kind === 'exit') part = 'result';
    else if (part === 'result' && isResult(form, insn)) part = 'kept';
    else if (part !== 'body' && carriesOut(form, insn)) part = 'kept';
    else {
      part = 'body';
      core++;
    }
  }
  return core;
}

const isResult = (form: Form | undefined, { dst }: Insn): boolean =>
  dst === 0 && form?.kind === 'alu' && form.op.name === 'mov';

function carriesOut(form: Form | undefined, { dst, src }: Insn): boolean {
  if (form?.kind === 'lddw') return form.pseudo.startsWith('map_val');
  if (form?.kind === 'load') return form.size === 8 && src === R10;
  if (form?.kind === 'atomic') return form.name === 'add.dw' && dst !== R10;
  return form?.kind === 'store' && form.size === 8 && form.operand === 'x' && dst !== R10;
}
