import type { Prog } from '../../case/case.ts';
import { type Form, formNamed, formOf } from '../../isa/forms.ts';
import { formsOf } from '../../isa/forms-of.ts';
import { type Insn, slotsOf } from '../../isa/insn.ts';
import { REGS } from '../../isa/opcode.ts';
import { type Code, faultRow, growCode } from './code.ts';
import type { Lowerings, Preparation } from './lowering.ts';
import type { Machine } from './machine.ts';
import { startObserving } from './observations.ts';

/**
 * Makes the progs of a case ready in `machine.code`, one behind the other, with no row executed; false
 * where one has an insn that is right, and not emulated. An insn that can't be executed becomes a row
 * that faults: it does no harm where it isn't reached.
 */
export function prepare(
  progs: readonly Prog[],
  ksyms: readonly string[],
  machine: Machine,
  lowerings: Lowerings,
  helperIds: ReadonlySet<number>,
): boolean {
  const { code } = machine;
  const insnCount = progs.reduce((sum, { insns }) => sum + insns.length, 0);
  // A row behind the last insn of each prog, and one for each jump that leads nowhere.
  growCode(code, 2 * insnCount + progs.length);
  code.faults.clear();
  code.length = 0;
  code.slots = 0;
  code.firstRows = progs.map(({ insns }, prog) => placeInsns(insns, prog, code));
  const to: Preparation = {
    code,
    maps: machine.maps,
    pointers: machine.pointers,
    ksyms,
    helperIds,
    firstSlot: 0,
    endSlot: 0,
    lacking: false,
  };
  for (const [prog, { insns }] of progs.entries()) {
    const firstRow = code.firstRows[prog];
    to.firstSlot = code.slot[firstRow];
    to.endSlot = code.slot[firstRow + insns.length];
    const forms = formsOf(insns);
    for (let i = 0; i < insns.length; i++) {
      const insn = insns[i];
      const form = forms[i] ?? formTaken(insn);
      const row = firstRow + i;
      if (form === undefined || insn.dst >= REGS || (insn.src >= REGS && form.src === 'reg')) {
        faultRow(code, row, 'unknown-insn', `opcode 0x${insn.opcode.toString(16)}`);
      } else {
        const { number, lower } = lowerings.get(form)!;
        code.form[row] = number;
        lower(row, insn, to);
      }
    }
    faultRow(code, firstRow + insns.length, 'bad-jump', 'ran past the last insn');
  }
  startObserving(machine.observations, code.length);
  return !to.lacking;
}

/**
 * Which slot each insn begins at, and which insn begins at each slot: slots of all progs are counted
 * together. Comes back with the first row.
 */
function placeInsns(insns: readonly Insn[], prog: number, code: Code): number {
  const firstRow = code.length;
  for (const insn of insns) {
    const row = code.length++;
    code.slot[row] = code.slots;
    code.prog[row] = prog;
    code.rowOfSlot[code.slots] = row;
    if (slotsOf(insn) === 2) code.rowOfSlot[code.slots + 1] = -1;
    code.slots += slotsOf(insn);
  }
  const end = code.length++;
  code.slot[end] = code.slots;
  code.prog[end] = prog;
  return firstRow;
}

const EXIT = formNamed('exit');

/** The form that Linux takes an insn of none for: of an exit it does not look at `off` (`do_check`, 5.10 to 7.2). */
function formTaken(insn: Insn): Form | undefined {
  return insn.opcode === EXIT.opcode && insn.off !== 0 ? formOf({ ...insn, off: 0 }) : undefined;
}
