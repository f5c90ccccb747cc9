import type { Case, MapSpec } from '../../src/case/case.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { type Named, namedBy } from '../../src/isa/named-by.ts';
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
  const used = { map: usedOf(insns, 'map'), ksym: usedOf(insns, 'ksym') };
  const renumbered = (insn: Insn): Insn => {
    const what = namedBy(insn);
    return what === undefined ? insn : { ...insn, imm: used[what].indexOf(insn.imm) };
  };
  return {
    progType: plan.progType,
    expectedAttachType: 0,
    progFlags: plan.progFlags | (unaligned ? ANY_ALIGNMENT : 0),
    ksyms: used.ksym.map((number) => KSYM_NAMES[number]),
    maps: used.map.map((number) => specs[number]),
    progs: [{ insns: insns.map(renumbered) }],
    runs: plan.runs,
  };
}

function usedOf(insns: readonly Insn[], what: Named): readonly number[] {
  const numbers = new Set<number>();
  for (const insn of insns) if (namedBy(insn) === what) numbers.add(insn.imm);
  return [...numbers].sort((a, b) => a - b);
}
