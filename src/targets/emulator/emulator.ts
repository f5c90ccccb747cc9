import { setImmediate } from 'node:timers/promises';
import type { Case, MapSpec } from '../../case/case.ts';
import { isLiveRun, LIVE_INTERFACES } from '../../case/live-run.ts';
import { namesUsed } from '../../case/names-used.ts';
import { missingFeatures } from '../missing-features.ts';
import type { Features, LinuxSetting, Outcome, Target } from '../target.ts';
import { emulatorFeatures } from './features.ts';
import { callFunction } from './interpreter.ts';
import { type Lowerings, lowerings } from './lowering.ts';
import {
  type CtxAccess,
  createMachine,
  type LuckySlots,
  type Machine,
  startCase,
} from './machine.ts';
import { mapCommands } from './maps/commands.ts';
import { createMaps } from './maps/create-maps.ts';
import { MapFlag } from './maps/rules.ts';
import { dropRegions, isOnRegion } from './memory.ts';
import { executionOf } from './observations.ts';
import { prepare } from './prepare.ts';
import { type ReleaseRules, releaseRules } from './releases.ts';
import { jumpsByKernelAddresses } from './rules/jump.ts';
import { defaultRules, type EmulatorRules } from './rules.ts';
import { readRun, unsupportedAttr } from './run/command.ts';
import { ctxAccess } from './run/ctx-rule.ts';
import { LOOPBACK_IFINDEX } from './run/redirect-info.ts';
import type { RunRule, RunSession } from './run/rules.ts';
import { executeProg, runProg } from './run/run-prog.ts';

/** What an emulator is told to be. */
export interface EmulatorOptions {
  /** The Linux to be. */
  readonly linux: LinuxSetting;
  /** `emulator` if not given. */
  readonly name?: string;
  /** Insns that one BPF_PROG_RUN may execute, all its repetitions together, before it faults. */
  readonly stepsMax?: number;
  /**
   * What no answer should depend on follows from it: bytes of the stack that no insn has written,
   * addresses, time, random numbers. 0 to 255, 0 if not given. Privileged progs may let such things
   * out, and then their answer means nothing: emulators of different luck tell.
   */
  readonly luck?: number;
  /** In which 8-byte slots of a stack there is luck; in the others there is 0. All if not given. */
  readonly luckySlots?: LuckySlots;
  /** Rules of another release than Linux's own, to see what a change of one does. */
  readonly release?: ReleaseRules;
  /** Rules that replace Linux's own, for emulators that are wrong on purpose. */
  readonly rules?: Partial<EmulatorRules>;
}

/** Cases between which others, such as kernels that have answered, get their turn. */
const SLICE_CASES = 16;

/** More than any prog needs that a verifier accepts, but for `bpf_loop`. */
const STEPS_MAX = 1 << 22;

/**
 * The TypeScript machine: runs cases as the Linux that it is told to be, without a verifier. What the
 * verifier would not have let a prog do is a fault in the run's outcome. Throws because of no prog.
 */
export function createEmulator(options: EmulatorOptions): Target {
  const { linux, name = 'emulator', stepsMax = STEPS_MAX, luck = 0, luckySlots = 'all' } = options;
  const release = options.release ?? releaseRules(linux.release);
  const machine = createMachine(linux, release, { luck, luckySlots }, callFunction);
  const rules = { ...rulesOf(machine), ...options.rules };
  const emulator: Emulator = {
    machine,
    rules,
    stepsMax,
    features: emulatorFeatures(rules),
    keptRegions: machine.memory.regions,
    lowerings: lowerings(rules, linux.endianness),
    ctxAccess: new Map(
      Object.values(rules.run).map((rule) => [
        rule,
        ctxAccess(
          rule.ctx,
          machine.memory,
          machine.ctx.start,
          machine.littleEndian,
          machine.release,
        ),
      ]),
    ),
  };
  return {
    name,
    info: {
      kernel: linux.release,
      engine: 'emulator',
      linux,
      build: '',
    },
    features: emulator.features,
    execute: async (cases) => {
      const outcomes: Outcome[] = [];
      for (const testCase of cases) {
        outcomes.push(executeCase(emulator, testCase));
        if (outcomes.length % SLICE_CASES === 0) await setImmediate();
      }
      return outcomes;
    },
    restarts: () => 0,
    renew: async () => {},
    close: async () => {},
  };
}

interface Emulator {
  readonly machine: Machine;
  readonly rules: EmulatorRules;
  readonly stepsMax: number;
  readonly features: Features;
  /** Regions that stay from case to case. */
  readonly keptRegions: number;
  readonly lowerings: Lowerings;
  readonly ctxAccess: ReadonlyMap<RunRule, CtxAccess>;
}

/** Linux's own rules, and what luck and the JIT of the architecture make of them. */
function rulesOf(machine: Machine): EmulatorRules {
  const { linux, arch, luck } = machine;
  return {
    ...defaultRules,
    ...(linux.execution === 'jit' && { alu: { ...defaultRules.alu, ...arch.jitedAlu } }),
    ...(luck !== 0 && { jump: jumpsByKernelAddresses((value) => isAddress(machine, value)) }),
  };
}

const isAddress = ({ memory, pointers }: Machine, value: bigint): boolean =>
  isOnRegion(memory, Number(value)) || pointers.isOne(Number(value));

function executeCase(emulator: Emulator, testCase: Case): Outcome {
  const { machine, rules } = emulator;
  const rule = rules.run[testCase.progType];
  if (rule === undefined) return unsupported(missingFeatures(emulator.features, testCase));
  startCase(machine);
  if (testCase.runs.some((run) => isLiveRun(testCase, run))) {
    machine.interfaces = [LOOPBACK_IFINDEX, ...LIVE_INTERFACES];
  }
  const maps = createMaps(testCase.maps, testCase.progs.length, machine, rules);
  const outcome = Array.isArray(maps) ? runCase(emulator, testCase, rule) : maps;
  dropRegions(machine.memory, emulator.keptRegions);
  return outcome;
}

/** The maps are there: makes the prog ready and does the runs. */
function runCase(emulator: Emulator, testCase: Case, rule: RunRule): Outcome {
  const { machine } = emulator;
  const { progs, ksyms } = testCase;
  const runs = testCase.runs.map((run) => readRun(run, machine.linux.endianness));
  if (!prepare(progs, ksyms, machine, emulator.lowerings, rule.helpers)) {
    return unsupported(missingFeatures(emulator.features, testCase));
  }
  const missing = runs.flatMap((run) => [
    ...unsupportedAttr(run),
    ...rule.unsupported(run, machine, testCase),
  ]);
  missing.push(...overwritingRings(testCase), ...unknownStrncmp(testCase, machine));
  if (missing.length > 0) return unsupported([...new Set(missing)]);
  machine.ctx.access = emulator.ctxAccess.get(rule)!;
  const session: RunSession = {
    machine,
    testCase,
    rule,
    execute: (repeat, each) => executeProg(machine, repeat, emulator.stepsMax, each),
  };
  const commands = mapCommands(machine);
  return {
    kind: 'completed',
    load: { verdict: 'accepted' },
    runs: runs.map((run) => {
      const outcome = runProg(session, run);
      return run.commands === undefined
        ? outcome
        : { ...outcome, commands: run.commands.map(commands.run) };
    }),
    // What is popped can't be told of a map that was frozen.
    maps: machine.maps.map((map, index) =>
      map.sequence !== undefined && commands.isFrozen(index) ? [] : map.content(),
    ),
    console: '',
    execution: executionOf(machine, progs),
  };
}

/** A record that takes the place of others is not emulated: such a ring may only lie there. */
function overwritingRings(testCase: Case): readonly string[] {
  const isOverwriting = ({ type, flags }: MapSpec): boolean =>
    type === 'ringbuf' && (flags & MapFlag.RB_OVERWRITE) !== 0;
  if (!testCase.maps.some(isOverwriting)) return [];
  const uses = [...namesUsed(testCase).helpers].some((name) => name.includes(' ringbuf_'));
  return uses ? ['records in a ringbuf with BPF_F_RB_OVERWRITE'] : [];
}

/** See `ArchRules.strncmp`. */
const unknownStrncmp = (testCase: Case, { arch }: Machine): readonly string[] =>
  arch.strncmp === 'unknown' &&
  [...namesUsed(testCase).helpers].some((name) => name.endsWith(' strncmp'))
    ? ['what strncmp answers on this architecture']
    : [];

const unsupported = (missing: readonly string[]): Outcome => ({ kind: 'unsupported', missing });
