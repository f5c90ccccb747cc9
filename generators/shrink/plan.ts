import type { MapEntry } from '../../src/case/case.ts';
import { attachTypes } from '../attach-types.ts';
import type { LoweredPlan } from '../lower/case.ts';
import type { LoweredProg } from '../lower/prog.ts';
import { shrinkBreach } from '../near-miss/breach.ts';
import type { CasePlan, CommandPlan, FunctionPlan, MapPlan, ProgPlan } from '../plan.ts';
import { zeroBytes } from './bytes.ts';
import { shrinkBody } from './fragment.ts';
import { shrinkItems, shrinkList } from './list.ts';
import { shrinkMask, shrinkNumber } from './number.ts';
import { shrinkRun } from './run.ts';

/**
 * Plans that are smaller, the most promising first: large parts of prog and runs go before details. Of maps, functions
 * and progs that the case does not have there are no details.
 */
export function* shrinkPlan({ plan, progs, used }: Made): Generator<CasePlan> {
  if (plan.breach !== undefined) yield { ...plan, breach: undefined };
  if (plan.runs.length > 1) for (const run of plan.runs) yield { ...plan, runs: [run] };
  if (plan.oddMaps.length > 0) yield { ...plan, oddMaps: [] };
  for (const commands of shrinkList(plan.commands, inNoWay)) yield { ...plan, commands };
  for (const prog of shrinkProg(plan.prog, progs[0])) yield { ...plan, prog };
  const [plainest] = attachTypes(plan.progType);
  if (plan.attachType !== plainest && plan.attachBtf === undefined)
    yield { ...plan, attachType: plainest };
  for (const targets of shrinkList(plan.targets, inNoWay)) yield { ...plan, targets };
  for (const [i, made] of progs.slice(1).entries()) {
    for (const prog of shrinkProg(plan.targets[i], made)) {
      yield { ...plan, targets: plan.targets.with(i, prog) };
    }
  }
  if (plan.progFlags !== 0) yield { ...plan, progFlags: 0 };
  for (const runs of shrinkList(plan.runs, shrinkRun, 1)) yield { ...plan, runs };
  for (const maps of shrinkList(plan.maps, inNoWay)) yield { ...plan, maps };
  for (const number of used.map) {
    if (number >= plan.maps.length) continue;
    for (const map of shrinkMap(plan.maps[number])) {
      yield { ...plan, maps: plan.maps.with(number, map) };
    }
  }
  for (const commands of shrinkItems(plan.commands, shrinkCommand)) yield { ...plan, commands };
  for (const breach of shrinkBreach(plan.breach)) yield { ...plan, breach };
}

type Made = Pick<LoweredPlan, 'plan' | 'progs' | 'used'>;

const inNoWay = (): readonly never[] => [];

function* shrinkCommand(plan: CommandPlan): Generator<CommandPlan> {
  const { command } = plan;
  if (command.flags !== 0n) yield { ...plan, command: { ...command, flags: 0n } };
  for (const name of ['key', 'value'] as const) {
    for (const smaller of zeroBytes(command[name] ?? new Uint8Array())) {
      yield { ...plan, command: { ...command, [name]: smaller } };
    }
  }
}

function* shrinkProg(prog: ProgPlan, { called }: LoweredProg): Generator<ProgPlan> {
  if (prog.savedRegs !== 0 && prog.savedSlots !== 0) yield { ...prog, savedRegs: 0, savedSlots: 0 };
  for (const savedSlots of shrinkMask(prog.savedSlots)) yield { ...prog, savedSlots };
  for (const body of shrinkBody(prog.body)) yield { ...prog, body };
  for (const { body } of prog.functions) yield { ...prog, body, functions: [] };
  for (const functions of shrinkList(prog.functions, inNoWay)) yield { ...prog, functions };
  for (const number of called) {
    if (number === 0) continue;
    for (const smaller of shrinkFunction(prog.functions[number - 1])) {
      yield { ...prog, functions: prog.functions.with(number - 1, smaller) };
    }
  }
  for (const savedRegs of shrinkMask(prog.savedRegs)) yield { ...prog, savedRegs };
  for (const addedRegs of shrinkMask(prog.addedRegs)) yield { ...prog, addedRegs };
  for (const name of ['result', 'stackShift', 'ctxReg'] as const) {
    for (const smaller of shrinkNumber(prog[name])) yield { ...prog, [name]: smaller };
  }
}

function* shrinkFunction(plan: FunctionPlan): Generator<FunctionPlan> {
  for (const folded of shrinkMask(plan.folded)) yield { ...plan, folded };
  for (const body of shrinkBody(plan.body)) yield { ...plan, body };
  if (plan.role === 'subprog') {
    for (const args of shrinkList(plan.args, inNoWay)) yield { ...plan, args };
  }
  for (const result of shrinkNumber(plan.result)) yield { ...plan, result };
}

function* shrinkMap({ spec, keys }: MapPlan): Generator<MapPlan> {
  for (const entries of shrinkList(spec.entries, shrinkEntry)) {
    yield { keys, spec: { ...spec, entries } };
  }
  for (const smaller of shrinkList(keys, inNoWay, 1)) yield { spec, keys: smaller };
  for (const smaller of shrinkItems(keys, zeroBytes)) yield { spec, keys: smaller };
}

function* shrinkEntry({ key, value }: MapEntry): Generator<MapEntry> {
  for (const smaller of zeroBytes(value)) yield { key, value: smaller };
}
