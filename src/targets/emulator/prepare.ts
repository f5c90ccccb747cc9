import type { Prog } from '../../case/case.ts';
import { formsOf } from '../../isa/forms-of.ts';
import { type Insn, slotsOf } from '../../isa/insn.ts';
import { REGS } from '../../isa/opcode.ts';
import { type Code, faultRow, growCode } from './code.ts';
import type { Lowerings, Preparation } from './lowering.ts';
import type { Machine } from './machine.ts';

/**
 * Makes a prog ready in `machine.code`, with no row executed; false where it has an insn that is right,
 * and not emulated. An insn that can't be executed becomes a row that faults: it does no harm where it
 * isn't reached.
 */
export function prepare(
  { insns }: Prog,
  ksyms: readonly string[],
  machine: Machine,
  lowerings: Lowerings,
  helperIds: ReadonlySet<number>,
): boolean {
  const { code } = machine;
  // A row behind the last insn, and one for each jump that leads nowhere.
  growCode(code, 2 * insns.length + 1);
  code.faults.clear();
  placeInsns(insns, code);
  const words = new Uint32Array(code.imm.buffer);
  const { maps, pointers } = machine;
  const to: Preparation = { code, maps, pointers, ksyms, helperIds, words, lacking: false };
  const forms = formsOf(insns);
  for (let row = 0; row < insns.length; row++) {
    const insn = insns[row];
    const form = forms[row];
    if (form === undefined || insn.dst >= REGS || (insn.src >= REGS && form.src === 'reg')) {
      faultRow(code, row, 'unknown-insn', `opcode 0x${insn.opcode.toString(16)}`);
    } else lowerings.get(form)!(row, insn, to);
  }
  faultRow(code, insns.length, 'bad-jump', 'ran past the last insn');
  machine.executed = new Uint8Array(code.length);
  return !to.lacking;
}

/** Which slot each insn begins at, and which insn begins at each slot. */
function placeInsns(insns: readonly Insn[], code: Code): void {
  let slot = 0;
  for (let row = 0; row < insns.length; row++) {
    code.slot[row] = slot;
    code.rowOfSlot[slot] = row;
    if (slotsOf(insns[row]) === 2) code.rowOfSlot[slot + 1] = -1;
    slot += slotsOf(insns[row]);
  }
  code.slots = slot;
  code.slot[insns.length] = slot;
  code.length = insns.length + 1;
}
