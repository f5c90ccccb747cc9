import { performance } from 'node:perf_hooks';
import { compileAgent } from '../../../src/targets/kernel/agent/compile-agent.ts';
import { findProgram } from '../../../src/targets/kernel/find-program.ts';
import { hostLaunch } from '../../../src/targets/kernel/host.ts';
import { ensureImage } from '../../../src/targets/kernel/images/ensure-image.ts';
import {
  type KernelMachine,
  type MachineOptions,
  openKernelMachine,
} from '../../../src/targets/kernel/kernel-machine.ts';
import type { Launch } from '../../../src/targets/kernel/link.ts';
import { fastestQemuLaunch } from '../../../src/targets/kernel/qemu-accel.ts';
import { umlLaunch } from '../../../src/targets/kernel/uml.ts';
import { type TargetEvent, TargetUnavailableError } from '../../../src/targets/target.ts';
import { cacheDir, never } from './machines.ts';

export type KernelName = 'host' | 'uml' | 'debian12';

/** A kernel to run real cases on, or why this machine can't. */
export interface Kernel {
  readonly name: KernelName;
  readonly missing: string | undefined;
  /** What happened to its machines. */
  readonly events: TargetEvent[];
  options(): Promise<MachineOptions>;
  open(rest?: Partial<MachineOptions>): Promise<KernelMachine>;
}

export async function kernelNamed(name: KernelName): Promise<Kernel> {
  const events: TargetEvent[] = [];
  const options = async (): Promise<MachineOptions> => ({
    name,
    launch: await launchOf(name),
    sysctls: name === 'host' ? 'theirs' : 'ours',
    onEvent: (event) => events.push(event),
    signal: never,
    now: () => performance.now(),
  });
  const open = async (rest?: Partial<MachineOptions>): Promise<KernelMachine> =>
    openKernelMachine({ ...(await options()), ...rest });
  return { name, missing: await whatIsMissing(name, open), events, options, open };
}

async function whatIsMissing(
  name: KernelName,
  open: () => Promise<KernelMachine>,
): Promise<string | undefined> {
  if (name === 'debian12' && (await findProgram('qemu-system-x86_64')) === undefined) {
    return 'no qemu-system-x86_64';
  }
  try {
    // Whether progs may be loaded is known only where the agent runs.
    if (name === 'host') await (await open()).close();
    else await launchOf(name);
    return undefined;
  } catch (error) {
    if (!(error instanceof TargetUnavailableError)) throw error;
    return error.message;
  }
}

async function launchOf(name: KernelName): Promise<Launch> {
  const agent = await compileAgent({ target: name, cacheDir, signal: never });
  if (name === 'host') return hostLaunch({ agent });
  const image = await ensureImage(name, { cacheDir, onEvent: () => {}, signal: never });
  if (name === 'uml') return umlLaunch({ kernel: image.kernel, agent });
  return fastestQemuLaunch({ ...image, target: name, agent }, cacheDir);
}
