import type { Case, MapCommand, MapSpec } from '../../src/case/case.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import { referenceValue } from '../../src/case/map-references.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { type Named, namedBy } from '../../src/isa/named-by.ts';
import { loadFlags } from '../attach-types.ts';
import type { CasePlan, CommandPlan, MapPlan } from '../plan.ts';
import { innerOf } from './maps.ts';
import { lowerProg } from './prog.ts';
import { SAVED_BYTES, savedMapNumber } from './saved-map.ts';

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
  const commands = plan.commands.filter(({ map }) =>
    maps.some((known) => isWhole(known, map, maps)),
  );
  const named = commands.map(({ map }) => maps.findIndex(({ spec }) => spec.name === map));
  const used = {
    map: withInner([...new Set([...usedOf(insns, 'map'), ...named])], maps),
    ksym: usedOf(insns, 'ksym'),
  };
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
    maps: [...used.map.map(specOf), ...plan.oddMaps],
    progs: progs.map((prog) => ({ insns: prog.insns.map(renumbered) })),
    runs: plan.runs.map((run, index) => {
      const behind = commands.filter((command) => runOf(command, plan) === index);
      if (behind.length === 0) return run;
      return { ...run, commands: behind.map((command) => lowerCommand(command, maps, used.map)) };
    }),
  };
}

const runOf = ({ run }: CommandPlan, { runs }: CasePlan): number => Math.min(run, runs.length - 1);

/** Whether it is the map of that name, and has its inner map where it needs one. */
function isWhole(map: MapPlan, name: string, maps: readonly MapPlan[]): boolean {
  const needsInner = map.spec.inner !== undefined;
  return map.spec.name === name && (!needsInner || innerOf(maps, map) !== undefined);
}

/** The command to the map as the case numbers it; what names a map names the one of the plan. */
function lowerCommand(
  { map, command }: CommandPlan,
  maps: readonly MapPlan[],
  used: readonly number[],
): MapCommand {
  const number = maps.findIndex(({ spec }) => spec.name === map);
  const lowered = { ...command, map: used.indexOf(number) };
  const { inner } = maps[number].spec;
  if (inner === undefined || command.value === null || command.kind !== 'update') return lowered;
  const wanted = command.value[0];
  const value = wanted >= maps.length ? command.value : referenceValue(used.indexOf(wanted));
  return { ...lowered, value };
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
