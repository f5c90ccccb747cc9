import type { Case, MapSpec } from '../../src/case/case.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import { referenceValue } from '../../src/case/map-references.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { type Named, namedBy } from '../../src/isa/named-by.ts';
import { loadFlags } from '../attach-types.ts';
import type { CasePlan, MapPlan } from '../plan.ts';
import { innerOf } from './maps.ts';
import { lowerProg, SAVED_BYTES, savedMapNumber } from './prog.ts';

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
  const { maps } = plan;
  const main = lowerProg(plan);
  const hasArray = usedOf(main.insns, 'map').some((number) => isProgArray(maps[number]));
  const targets = hasArray ? plan.targets.map((prog) => lowerProg({ ...plan, prog })) : [];
  const progs = [main, ...targets];
  const insns = progs.flatMap((prog) => prog.insns);
  const used = { map: withInner(usedOf(insns, 'map'), maps), ksym: usedOf(insns, 'ksym') };
  const renumbered = (insn: Insn): Insn => {
    const what = namedBy(insn);
    return what === undefined ? insn : { ...insn, imm: used[what].indexOf(insn.imm) };
  };
  const specOf = (number: number): MapSpec =>
    number === savedMapNumber(plan)
      ? SAVED_MAP
      : lowerMap(maps, number, progs.length, (inner) => used.map.indexOf(inner));
  return {
    progType: plan.progType,
    expectedAttachType: plan.attachType,
    ...(plan.attachBtf !== undefined && { attachBtf: plan.attachBtf }),
    progFlags:
      plan.progFlags |
      loadFlags(plan.progType) |
      (progs.some(({ unaligned }) => unaligned) ? ANY_ALIGNMENT : 0),
    ksyms: used.ksym.map((number) => KSYM_NAMES[number]),
    maps: used.map.map(specOf),
    progs: progs.map((prog) => ({ insns: prog.insns.map(renumbered) })),
    runs: plan.runs,
  };
}

const isProgArray = (map: MapPlan | undefined): boolean => map?.spec.type === 'prog_array';

/** A map whose entries name progs and maps that the case has. */
function lowerMap(
  maps: readonly MapPlan[],
  number: number,
  progs: number,
  indexOf: (map: number) => number,
): MapSpec {
  const { spec } = maps[number];
  const inner = innerOf(maps, maps[number]);
  if (inner !== undefined) {
    const value = referenceValue(indexOf(inner));
    const entries = spec.entries.map(({ key }) => ({ key, value }));
    return { ...spec, inner: indexOf(inner), entries };
  }
  if (spec.type !== 'prog_array') return spec;
  return { ...spec, entries: spec.entries.filter(({ value }) => value[0] < progs) };
}

/** The maps that are used, and those that are in them: what is in a map comes before it. */
function withInner(used: readonly number[], maps: readonly MapPlan[]): readonly number[] {
  const inner = used.flatMap((number) =>
    maps[number] === undefined ? [] : (innerOf(maps, maps[number]) ?? []),
  );
  return [...new Set([...used, ...inner])].sort((a, b) => a - b);
}

function usedOf(insns: readonly Insn[], what: Named): readonly number[] {
  const numbers = new Set<number>();
  for (const insn of insns) if (namedBy(insn) === what) numbers.add(insn.imm);
  return [...numbers].sort((a, b) => a - b);
}
