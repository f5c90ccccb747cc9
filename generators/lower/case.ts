import type { Case, MapCommand, MapSpec, Run } from '../../src/case/case.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import { isLiveRun } from '../../src/case/live-run.ts';
import { referenceValue } from '../../src/case/map-references.ts';
import { loadFlags } from '../../src/case/prog-type.ts';
import type { Insn } from '../../src/isa/insn.ts';
import type { Named } from '../../src/isa/named-by.ts';
import { LIVE_IFINDEXES } from '../live-run.ts';
import type { CasePlan, CommandPlan, MapPlan, ProgPlan } from '../plan.ts';
import { withImm } from './assembler.ts';
import { innerOf } from './maps.ts';
import { type LoweredProg, lowerProg, traceProg } from './prog.ts';
import { SAVED_BYTES, savedMapNumber } from './saved-map.ts';
import type { Trace } from './trace.ts';

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

/** A plan and what became of it: a smaller plan may have much of that in common. */
export interface LoweredPlan {
  readonly plan: CasePlan;
  readonly progs: readonly LoweredProg[];
  /** The maps and symbols of the case, by what numbers them in the plan. */
  readonly used: Used;
  readonly testCase: Case;
  /** How the first prog was lowered, where that was asked for. */
  readonly trace?: Trace;
}

/** The case of a plan: always the same, and valid whatever was taken out of the plan. */
export const lowerCase = (plan: CasePlan): Case => lowerPlan(plan).testCase;

/** As `lowerCase`; takes over from `before` what nothing has changed for. */
export function lowerPlan(plan: CasePlan, before?: LoweredPlan): LoweredPlan {
  const progs = lowerProgs(plan, before);
  if (before !== undefined && isSameBeside(plan, before.plan)) {
    const { used, testCase } = before;
    if (isSameList(progs, before.progs)) return { plan, progs, used, testCase };
    if (nameTheSame(progs, before.progs)) {
      return { plan, progs, used, testCase: withProgs(plan, progs, before) };
    }
  }
  const commands = commandsOf(plan);
  const used = usedOf(progs, plan.maps, commands);
  const like = before !== undefined && haveSameMaps(plan, progs, used, before) ? before : undefined;
  return { plan, progs, used, testCase: caseOf(plan, progs, commands, used, like) };
}

/** The same again, ready for many plans like it to be lowered. */
export const traced = (lowered: LoweredPlan): LoweredPlan => ({
  ...lowered,
  trace: traceProg(lowered.plan, lowered.plan.prog, lowered.progs[0]),
});

/** Whether all but the progs is the same. */
const isSameBeside = (a: CasePlan, b: CasePlan): boolean =>
  a.maps === b.maps &&
  a.runs === b.runs &&
  a.commands === b.commands &&
  a.attachType === b.attachType &&
  a.progFlags === b.progFlags &&
  a.oddMaps === b.oddMaps;

/** Of progs that stand in `before` as well, the insns are known where it has the same maps. */
function lowerProgs(plan: CasePlan, before: LoweredPlan | undefined): readonly LoweredProg[] {
  const known =
    plan.maps === before?.plan.maps && plan.attachType === before.plan.attachType
      ? before
      : undefined;
  if (plan.prog === known?.plan.prog && plan.targets === known.plan.targets) return known.progs;
  const main =
    plan.prog === known?.plan.prog
      ? known.progs[0]
      : (progOf(known, plan.prog) ?? lowerProg(plan, plan.prog, known?.trace));
  if (plan.targets.length === 0 || !namesProgArray(main, plan)) return [main];
  const targets = plan.targets.map((prog) => progOf(known, prog) ?? lowerProg(plan, prog));
  return [main, ...targets];
}

/** What became of a prog, where the plan before had it among those that were lowered. */
function progOf(before: LoweredPlan | undefined, prog: ProgPlan): LoweredProg | undefined {
  const number = before?.plan.targets.indexOf(prog) ?? -1;
  return number < 0 ? undefined : before?.progs[1 + number];
}

const namesProgArray = ({ insns, named }: LoweredProg, { maps }: CasePlan): boolean =>
  named.some(({ at, what }) => what === 'map' && isProgArray(maps[insns[at].imm]));

/** Whether progs name the same in the same order. */
function nameTheSame(a: readonly LoweredProg[], b: readonly LoweredProg[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === y) continue;
    if (x.named.length !== y.named.length) return false;
    for (let n = 0; n < x.named.length; n++) {
      const [ofX, ofY] = [x.named[n], y.named[n]];
      if (ofX.what !== ofY.what || x.insns[ofX.at].imm !== y.insns[ofY.at].imm) return false;
    }
  }
  return true;
}

/** What a case has of what its plan numbers. */
type Used = Readonly<Record<Named, readonly number[]>>;

/** Whether the maps of a case are those of the one before, and all that is named has the same number. */
const haveSameMaps = (
  plan: CasePlan,
  progs: readonly LoweredProg[],
  used: Used,
  before: LoweredPlan,
): boolean =>
  plan.maps === before.plan.maps &&
  plan.oddMaps === before.plan.oddMaps &&
  (plan.runs === before.plan.runs || hasLiveRun(plan) === hasLiveRun(before.plan)) &&
  progs.length === before.progs.length &&
  isSameList(used.map, before.used.map) &&
  isSameList(used.ksym, before.used.ksym);

/**
 * Maps and kernel symbols are numbered, and what isn't used is left out. Much is taken from a case `like` it, which
 * has the same ones: cases are compared by what they don't share.
 */
function caseOf(
  plan: CasePlan,
  progs: readonly LoweredProg[],
  commands: readonly CommandPlan[],
  used: Used,
  like: LoweredPlan | undefined,
): Case {
  const testCase = {
    progType: plan.progType,
    expectedAttachType: plan.attachType,
    progFlags: progFlagsOf(plan, progs),
    ksyms: like?.testCase.ksyms ?? used.ksym.map((number) => KSYM_NAMES[number]),
    maps: like?.testCase.maps ?? mapsOf(plan, progs.length, used),
    progs: progsOf(progs, used, like),
    runs: commands.length === 0 ? plan.runs : withCommands(plan, commands, used, like),
  };
  return plan.attachBtf === undefined ? testCase : { ...testCase, attachBtf: plan.attachBtf };
}

/** The case before with other progs, which name the same. */
const withProgs = (plan: CasePlan, progs: readonly LoweredProg[], before: LoweredPlan): Case => ({
  ...before.testCase,
  progFlags: progFlagsOf(plan, progs),
  progs: progsOf(progs, before.used, before),
});

const progFlagsOf = ({ progFlags, progType }: CasePlan, progs: readonly LoweredProg[]): number =>
  progFlags | loadFlags(progType) | (progs.some(({ unaligned }) => unaligned) ? ANY_ALIGNMENT : 0);

/** `like` numbers the same. */
const progsOf = (
  progs: readonly LoweredProg[],
  used: Used,
  like: LoweredPlan | undefined,
): Case['progs'] =>
  progs.map((prog, i) =>
    prog === like?.progs[i] ? like.testCase.progs[i] : { insns: renumbered(prog, used) },
  );

const mapsOf = (plan: CasePlan, progs: number, { map: used }: Used): readonly MapSpec[] => [
  ...used.map((number) =>
    number === savedMapNumber(plan)
      ? SAVED_MAP
      : lowerMap(plan, number, progs, (inner) => used.indexOf(inner)),
  ),
  ...plan.oddMaps,
];

/** The insns, with the numbers that maps and symbols have in the case. */
function renumbered({ insns, named }: LoweredProg, used: Used): readonly Insn[] {
  if (named.length === 0) return insns;
  const numbered = insns.slice();
  for (const { at, what } of named) {
    numbered[at] = withImm(insns[at], used[what].indexOf(insns[at].imm));
  }
  return numbered;
}

/** Commands to maps that there are. */
const commandsOf = ({ commands, maps }: CasePlan): readonly CommandPlan[] =>
  commands.length === 0
    ? commands
    : commands.filter(({ map }) => maps.some((known) => isWhole(known, map, maps)));

const isSameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

/** The runs with the commands behind them; `like` has the same maps, which commands name. */
function withCommands(
  plan: CasePlan,
  commands: readonly CommandPlan[],
  used: Used,
  like: LoweredPlan | undefined,
): readonly Run[] {
  const areKnown =
    plan.commands === like?.plan.commands && plan.runs.length === like.plan.runs.length;
  if (areKnown && plan.runs === like.plan.runs) return like.testCase.runs;
  const behind = plan.runs.map((): MapCommand[] => []);
  for (const command of commands) {
    behind[runOf(command, plan)].push(lowerCommand(command, plan.maps, used.map));
  }
  return plan.runs.map((run, i) => {
    if (areKnown && run === like.plan.runs[i]) return like.testCase.runs[i];
    return behind[i].length === 0 ? run : { ...run, commands: behind[i] };
  });
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
  const number = numberOf(maps, map);
  const lowered = { ...command, map: used.indexOf(number) };
  const { inner } = maps[number].spec;
  if (inner === undefined || command.value === null || command.kind !== 'update') return lowered;
  const wanted = command.value[0];
  const value = wanted >= maps.length ? command.value : referenceValue(used.indexOf(wanted));
  return { ...lowered, value };
}

const isProgArray = (map: MapPlan | undefined): boolean => map?.spec.type === 'prog_array';

/** A map whose entries name progs, maps and interfaces that the case has. */
function lowerMap(
  plan: CasePlan,
  number: number,
  progs: number,
  indexOf: (map: number) => number,
): MapSpec {
  const { maps } = plan;
  const { spec } = maps[number];
  const inner = innerOf(maps, maps[number]);
  if (inner !== undefined) {
    const value = referenceValue(indexOf(inner));
    const entries = spec.entries.map(({ key }) => ({ key, value }));
    return { ...spec, inner: indexOf(inner), entries };
  }
  if (spec.type === 'prog_array') {
    return { ...spec, entries: spec.entries.filter(({ value }) => value[0] < progs) };
  }
  const isOfDevices = spec.type === 'devmap' || spec.type === 'devmap_hash';
  if (!isOfDevices || hasLiveRun(plan)) return spec;
  return {
    ...spec,
    entries: spec.entries.filter(({ value }) => !LIVE_IFINDEXES.includes(value[0])),
  };
}

/** The interfaces for live frames are there then. */
const hasLiveRun = (plan: CasePlan): boolean => plan.runs.some((run) => isLiveRun(plan, run));

/** The maps that are used, and those that are in them: what is in a map comes before it. */
function usedOf(
  progs: readonly LoweredProg[],
  maps: readonly MapPlan[],
  commands: readonly CommandPlan[],
): Used {
  const map: number[] = [];
  const ksym: number[] = [];
  for (const { insns, named } of progs) {
    for (const { at, what } of named) addNumber(what === 'map' ? map : ksym, insns[at].imm);
  }
  for (const command of commands) addNumber(map, numberOf(maps, command.map));
  for (const number of map.slice()) {
    const inner = number < maps.length ? innerOf(maps, maps[number]) : undefined;
    if (inner !== undefined) addNumber(map, inner);
  }
  return { map, ksym };
}

/** Adds a number to some that are in order, which they stay; there are few. */
function addNumber(numbers: number[], number: number): void {
  if (numbers.includes(number)) return;
  let at = numbers.push(number) - 1;
  for (; at > 0 && numbers[at - 1] > number; at--) numbers[at] = numbers[at - 1];
  numbers[at] = number;
}

const numberOf = (maps: readonly MapPlan[], name: string): number =>
  maps.findIndex(({ spec }) => spec.name === name);
