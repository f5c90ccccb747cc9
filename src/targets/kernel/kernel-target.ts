import type { Case } from '../../case/case.ts';
import { missingFeatures } from '../missing-features.ts';
import {
  type Features,
  type Outcome,
  settingOfBuild,
  type Target,
  TargetFailedError,
  TargetUnavailableError,
} from '../target.ts';
import { tooLongForAnswer } from './decode-batch.ts';
import { engineOf } from './engine-of.ts';
import {
  type KernelMachine,
  type MachineOptions,
  type MachineStats,
  openKernelMachine,
} from './kernel-machine.ts';
import { type Load, probeFeatures } from './probe.ts';
import type { Hello, KernelEngine } from './protocol.ts';
import { rememberingLoad } from './remembered-probes.ts';

/** One engine of one kernel. */
export interface KernelTarget extends Target {
  /** Of its machine, hence of all engines that share it. */
  stats(): MachineStats;
}

export interface KernelTargetOptions {
  /** Such as `debian12:interp`. */
  readonly name: string;
  readonly engine: KernelEngine;
  /** Where its answers to probes are kept; without it they are asked for at each start. */
  readonly probes?: ProbesFile;
  /** Whether cases are tried that name helpers or kernel symbols which it lacks, to see them refused. */
  readonly lacking?: 'tried';
}

/** A file for one engine of one kernel. */
export interface ProbesFile {
  readonly path: string;
  /** What was started: the hash of its image, and the like. */
  readonly image: string;
}

/** Starts a kernel for one engine alone; closing the target ends it. Rejects as the two below do. */
export async function openKernelTarget(
  options: MachineOptions & KernelTargetOptions,
): Promise<KernelTarget> {
  const machine = await openKernelMachine(options);
  try {
    const target = await kernelTarget(machine, options);
    return {
      ...target,
      close: async () => {
        await target.close();
        await machine.close();
      },
    };
  } catch (error) {
    await machine.close();
    throw error;
  }
}

/**
 * One engine of a machine, which stays the caller's to close. Probes what it can load. Rejects with
 * `TargetUnavailableError` where the machine has no such engine, and as `KernelMachine.run` does.
 */
export async function kernelTarget(
  machine: KernelMachine,
  { name, engine, probes, lacking }: KernelTargetOptions,
): Promise<KernelTarget> {
  const { hello } = machine;
  if (machine.sysctls === 'theirs') mustRun(name, engine, hello);
  const features = await probe(machine, engine, probes);
  let closed = false;

  // What it was not probed for is taken to be there.
  const asked =
    lacking === 'tried' ? { ...features, helpers: new Map(), ksyms: new Map() } : features;
  const missingOf = (testCase: Case): readonly string[] => {
    const tooLong = tooLongForAnswer(testCase, hello.cpus);
    const missing = missingFeatures(asked, testCase);
    return tooLong === undefined ? missing : [...missing, tooLong];
  };

  return {
    name,
    info: {
      kernel: hello.release,
      engine,
      linux: {
        release: /^\d+\.\d+/.exec(hello.release)?.[0] ?? hello.release,
        arch: hello.machine,
        endianness: hello.endianness,
        pageBytes: hello.pageBytes,
        cpus: hello.cpus,
        execution: engine === 'interp' ? 'interp' : 'jit',
        ...settingOfBuild(hello.bootParameters),
      },
      build: buildOf(hello),
    },
    features,
    stats: machine.stats,
    restarts: () => machine.stats().restarts,
    renew: async () => {
      if (machine.sysctls === 'ours') await machine.renew();
    },
    execute: async (cases) => {
      if (closed) throw new TargetFailedError(name, 'was closed');
      const missing = cases.map(missingOf);
      const tried = cases.filter((_, i) => missing[i].length === 0);
      const outcomes = (await machine.run(tried, { engine, log: 'message' })).values();
      return missing.map(
        (lacks): Outcome =>
          lacks.length > 0 ? { kind: 'unsupported', missing: lacks } : outcomes.next().value!,
      );
    },
    close: async () => {
      closed = true;
    },
  };
}

async function probe(
  machine: KernelMachine,
  engine: KernelEngine,
  probes: ProbesFile | undefined,
): Promise<Features> {
  const ask: Load = (cases, log) => machine.run(cases, { engine, log });
  if (probes === undefined) return probeFeatures(ask);
  const of = [probes.image, engine, JSON.stringify(machine.hello)];
  const { load, keep } = await rememberingLoad({ file: probes.path, of }, ask);
  const features = await probeFeatures(load);
  await keep();
  return features;
}

/** What else can change an answer; the same for all engines of a machine. */
function buildOf({ version, bootParameters, cpu }: Hello): string {
  const parts = [version, bootParameters, cpu === 0 ? '' : `on CPU ${cpu}`];
  return parts.filter((part) => part !== '').join('; ');
}

/** A machine whose settings are not ours has the one engine that they choose. */
function mustRun(name: string, engine: KernelEngine, hello: Hello): void {
  const has = engineOf(hello);
  if (engine === has) return;
  const problem = `the machine is set to run progs by its engine ${has}, which is not changed here`;
  throw new TargetUnavailableError(name, problem, `choose the engine ${has}, or another kernel`);
}
