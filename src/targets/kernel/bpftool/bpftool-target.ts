import { execa } from 'execa';
import type { Case } from '../../../case/case.ts';
import { missingFeatures } from '../../missing-features.ts';
import {
  type Features,
  type Outcome,
  type Target,
  type TargetEvent,
  TargetFailedError,
  TargetUnavailableError,
} from '../../target.ts';
import { findProgram } from '../find-program.ts';
import { probeFeatures } from '../probe.ts';
import { tinyCase } from '../tiny-case.ts';
import { type BpftoolLimits, bpftoolMachine, type Way } from './bpftool-machine.ts';
import { readHostInfo } from './host-info.ts';
import { lacksOf } from './lacks.ts';
import { openWorkspace } from './workspace.ts';

export interface BpftoolTargetOptions {
  /** Such as `host:bpftool`. */
  readonly name: string;
  /** Ends the opening; a target that is open lives on. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: TargetEvent) => void;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
  /** A bpftool other than the one that the shell finds. */
  readonly command?: string;
  readonly limits?: Partial<BpftoolLimits>;
}

const LIMITS: BpftoolLimits = { timeoutMs: 10_000, batchCases: 32, lanes: 2 };

/**
 * The kernel of this machine by its bpftool. What bpftool has no words for is `unsupported`, by name.
 * Features are probed through bpftool, so they are what it and the kernel can do together. Needs root;
 * leaves nothing behind. Rejects with `TargetUnavailableError` where bpftool or the privilege is missing.
 */
export async function openBpftoolTarget(options: BpftoolTargetOptions): Promise<Target> {
  const { name, onEvent, signal, now } = options;
  const startedMs = now();
  onEvent({ kind: 'booting' });
  const command = options.command ?? (await mustFind(name, 'bpftool', 'bpftool'));
  await mustFind(name, 'taskset', 'util-linux');
  const { info, cpu } = await readHostInfo(await versionOf(command));
  signal.throwIfAborted();

  const workspace = await openWorkspace(name);
  const limits = { ...LIMITS, ...options.limits };
  const machine = bpftoolMachine({ name, command, cpu, info, workspace, onEvent, limits });
  const execute = (features: Features | undefined, cases: readonly Case[], way: Way) =>
    trying(cases, {
      missing: (testCase) => [
        ...(features === undefined ? [] : missingFeatures(features, testCase)),
        ...lacksOf(testCase, info),
      ],
      run: (tried) => machine.run(tried, way),
    });

  signal.addEventListener('abort', machine.close);
  try {
    signal.throwIfAborted();
    mustBePrivileged(name, await execute(undefined, [tinyCase()], 'probe'));
    const probed = await probeFeatures((cases, log) =>
      execute(undefined, cases, log === 'tail' ? 'probe-log' : 'probe'),
    );
    const features: Features = { ...probed, runs: 'paired' };
    onEvent({ kind: 'ready', afterMs: Math.round(now() - startedMs) });
    return {
      name,
      info,
      features,
      restarts: machine.restarts,
      renew: async () => {},
      execute: (cases) => execute(features, cases, 'run'),
      close: machine.close,
    };
  } catch (error) {
    await machine.close();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', machine.close);
  }
}

interface Trying {
  readonly missing: (testCase: Case) => readonly string[];
  readonly run: (cases: readonly Case[]) => Promise<readonly Outcome[]>;
}

/** Runs those cases of which nothing is missing. */
async function trying(
  cases: readonly Case[],
  { missing, run }: Trying,
): Promise<readonly Outcome[]> {
  const lacking = cases.map(missing);
  const outcomes = (await run(cases.filter((_, i) => lacking[i].length === 0))).values();
  return lacking.map(
    (lacks): Outcome =>
      lacks.length > 0 ? { kind: 'unsupported', missing: lacks } : outcomes.next().value!,
  );
}

async function mustFind(target: string, program: string, debian: string): Promise<string> {
  const found = await findProgram(program);
  if (found !== undefined) return found;
  const remedy = `apt-get install ${debian}`;
  throw new TargetUnavailableError(target, `${program} is not installed`, remedy);
}

const VERSION_TIMEOUT_MS = 10_000;

/** Such as `bpftool v7.1.0, using libbpf v1.1`; those before 6.8 don't tell their libbpf's. */
async function versionOf(command: string): Promise<string> {
  const options = { reject: false, timeout: VERSION_TIMEOUT_MS };
  const { stdout } = await execa(command, ['version'], options);
  const lines = `${stdout ?? ''}`.split('\n').filter((line) => !line.startsWith('features'));
  return lines.join(', ').replace(/^\S*\//, '');
}

const EPERM = 1;

/** Throws unless the simplest prog was loaded. */
function mustBePrivileged(target: string, [outcome]: readonly Outcome[]): void {
  if (outcome.kind !== 'completed') {
    const why = outcome.kind === 'unsupported' ? outcome.missing.join() : outcome.console;
    throw new TargetFailedError(target, `bpftool can't load a prog: ${why}`);
  }
  if (outcome.load.verdict === 'accepted') return;
  const { errno } = outcome.load;
  if (errno !== EPERM) throw new TargetFailedError(target, `bpftool can't load: errno ${errno}`);
  throw new TargetUnavailableError(
    target,
    'loading progs needs root, or CAP_BPF and CAP_NET_ADMIN',
    'run bpfdiff as root, or choose another target such as uml',
  );
}
