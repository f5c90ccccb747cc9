import type { Insn } from '../isa/insn.ts';
import { type Case, type MapCommand, type MapSpec, PLAIN_RUN, type Run } from './case.ts';

/**
 * Whether two cases are surely the same: what both share isn't looked into, and what is new in one counts as another,
 * whatever it says.
 */
export function sameCase(a: Case, b: Case): boolean {
  if (a === b) return true;
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

/** What a changed run has is new, and differs; only what is put together anew is looked into. */
const sameRun = (a: Run, b: Run): boolean =>
  a === b ||
  (RUN_FIELDS.every((name) => a[name] === b[name]) &&
    a.attr === b.attr &&
    sameList(a.commands ?? [], b.commands ?? [], sameCommand));

const RUN_FIELDS = Object.keys(PLAIN_RUN) as readonly (keyof Run)[];

const sameCommand = (a: MapCommand, b: MapCommand): boolean =>
  a.kind === b.kind &&
  a.map === b.map &&
  a.key === b.key &&
  String(a.value) === String(b.value) &&
  a.flags === b.flags &&
  a.count === b.count;

const sameMap = (a: MapSpec, b: MapSpec): boolean => a === b;

/** Whether two insns are the same. */
export const sameInsn = (a: Insn, b: Insn): boolean =>
  a === b ||
  (a.opcode === b.opcode &&
    a.dst === b.dst &&
    a.src === b.src &&
    a.off === b.off &&
    a.imm === b.imm &&
    a.nextImm === b.nextImm);

function sameList<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((item, index) => same(item, b[index])));
}
