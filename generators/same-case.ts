import type { Case, MapSpec, Run } from '../src/case/case.ts';
import type { Insn } from '../src/isa/insn.ts';

/** Whether two cases made from one plan say the same. What both share isn't looked into. */
export function sameCase(a: Case, b: Case): boolean {
  return (
    a.progType === b.progType &&
    a.expectedAttachType === b.expectedAttachType &&
    a.progFlags === b.progFlags &&
    a.attachBtf === b.attachBtf &&
    sameList(a.ksyms, b.ksyms, (x, y) => x === y) &&
    sameList(a.maps, b.maps, sameMap) &&
    sameList(a.progs, b.progs, (x, y) => sameList(x.insns, y.insns, sameInsn)) &&
    sameList(a.runs, b.runs, sameRun)
  );
}

/** A changed run is a new object, and differs. */
const sameRun = (a: Run, b: Run): boolean => a === b;
const sameMap = (a: MapSpec, b: MapSpec): boolean => a === b;

const sameInsn = (a: Insn, b: Insn): boolean =>
  a.opcode === b.opcode &&
  a.dst === b.dst &&
  a.src === b.src &&
  a.off === b.off &&
  a.imm === b.imm &&
  a.nextImm === b.nextImm;

function sameList<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((item, index) => same(item, b[index])));
}
