import type { Case, MapSpec } from '../../src/case/case.ts';
import { formOf } from '../../src/isa/forms.ts';
import type { Insn } from '../../src/isa/insn.ts';
import type { CasePlan } from '../plan.ts';
import { lowerProg, SAVED_BYTES } from './prog.ts';

/** BPF_F_ANY_ALIGNMENT: without it, kernels whose machine wants alignment refuse what has none. */
const ANY_ALIGNMENT = 0x2;

/** The map that registers and stack go to at exit. */
const SAVED_MAP: MapSpec = {
  name: 'saved',
  type: 'array',
  keyBytes: 4,
  valueBytes: SAVED_BYTES,
  maxEntries: 1,
  flags: 0,
  entries: [],
};

/** The case of a plan: always the same, and valid whatever was taken out of the plan. */
export function lowerCase(plan: CasePlan): Case {
  const { insns, unaligned } = lowerProg(plan);
  const specs = [...plan.maps.map(({ spec }) => spec), SAVED_MAP];
  const used = [...new Set(insns.flatMap((insn) => (namesMap(insn) ? [insn.imm] : [])))];
  used.sort((a, b) => a - b);
  return {
    progType: plan.progType,
    expectedAttachType: 0,
    progFlags: plan.progFlags | (unaligned ? ANY_ALIGNMENT : 0),
    maps: used.map((number) => specs[number]),
    progs: [
      {
        insns: insns.map((insn) =>
          namesMap(insn) ? { ...insn, imm: used.indexOf(insn.imm) } : insn,
        ),
      },
    ],
    runs: plan.runs,
  };
}

function namesMap(insn: Insn): boolean {
  if (insn.nextImm === undefined) return false;
  const form = formOf(insn);
  return form?.kind === 'lddw' && form.pseudo.startsWith('map_');
}
