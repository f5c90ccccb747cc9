import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { execa } from 'execa';
import { type Case, PLAIN_RUN } from '../../../../src/case/case.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import {
  ensureImage,
  type KernelImage,
} from '../../../../src/targets/kernel/images/ensure-image.ts';
import {
  type KernelMachine,
  type MachineOptions,
  openKernelMachine,
} from '../../../../src/targets/kernel/kernel-machine.ts';
import type { Launch } from '../../../../src/targets/kernel/link.ts';
import { qemuLaunch } from '../../../../src/targets/kernel/qemu.ts';
import { tinyCase } from '../../../../src/targets/kernel/tiny-case.ts';
import { umlLaunch } from '../../../../src/targets/kernel/uml.ts';
import { type TargetEvent, TargetUnavailableError } from '../../../../src/targets/target.ts';
import { cacheDir, never } from '../machines.ts';

/** A kernel whose agent does harm where a case asks for it (see saboteur.c). */
export interface FaultyKernel {
  readonly name: 'uml' | 'debian12';
  readonly missing: string | undefined;
  readonly image?: KernelImage;
  /** With the agent at that path; otherwise the saboteur. */
  launch(options?: {
    readonly agent?: string;
    readonly kernel?: string;
    memoryMb?: number;
  }): Launch;
  open(options?: {
    readonly memoryMb?: number;
    readonly limits?: MachineOptions['limits'];
  }): Promise<{ readonly machine: KernelMachine; readonly events: readonly TargetEvent[] }>;
}

/** Short, so that tests that wait for them are. */
const LIMITS = { caseTimeoutMs: 400, batchBudgetMs: 2000, answerSlackMs: 1200 };

/** Fetches what is not in the cache yet; compiles the agent into a new folder. */
export async function faultyKernels(): Promise<{
  readonly uml: FaultyKernel;
  readonly debian12: FaultyKernel;
  /** Ends all that was opened, and removes the agent. */
  close(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-faults-'));
  const machines: KernelMachine[] = [];
  const saboteur = await compileSaboteur(folder);

  const kernel = async (name: FaultyKernel['name']): Promise<FaultyKernel> => {
    const { image, missing } = await imageOf(name);
    const launch: FaultyKernel['launch'] = ({ agent = saboteur, ...rest } = {}) => {
      const options = { ...image!, agent, ...rest };
      return name === 'uml'
        ? umlLaunch(options)
        : qemuLaunch({ ...options, target: name, accel: 'tcg' });
    };
    return {
      name,
      missing,
      image,
      launch,
      open: async ({ limits = LIMITS, ...rest } = {}) => {
        const events: TargetEvent[] = [];
        const machine = await openKernelMachine({
          name,
          launch: launch(rest),
          sysctls: 'ours',
          onEvent: (event) => events.push(event),
          signal: never,
          now: () => performance.now(),
          limits,
        });
        machines.push(machine);
        return { machine, events };
      },
    };
  };
  return {
    uml: await kernel('uml'),
    debian12: await kernel('debian12'),
    close: async () => {
      for (const machine of machines) await machine.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function imageOf(
  name: FaultyKernel['name'],
): Promise<{ readonly image?: KernelImage; readonly missing: string | undefined }> {
  for (const program of name === 'uml' ? ['cc'] : ['cc', 'qemu-system-x86_64']) {
    if ((await findProgram(program)) === undefined) return { missing: `no ${program}` };
  }
  try {
    const image = await ensureImage(name, { cacheDir, onEvent: () => {}, signal: never });
    return { image, missing: undefined };
  } catch (error) {
    if (!(error instanceof TargetUnavailableError)) throw error;
    return { missing: error.message };
  }
}

async function compileSaboteur(folder: string): Promise<string> {
  const agent = join(import.meta.dirname, '../../../../src/targets/kernel/agent');
  const sources = (await readdir(agent)).filter((name) => name.endsWith('.c'));
  const output = join(folder, 'agent');
  const flags = ['-std=gnu11', '-O2', '-static', '-Wall', '-Wextra', '-Werror', '-I', agent];
  await execa('cc', [
    ...flags,
    '-Wl,--wrap=put_run',
    ...['-o', output],
    join(import.meta.dirname, 'saboteur.c'),
    ...sources.map((name) => join(agent, name)),
  ]);
  return output;
}

/** A case with a run that the saboteur knows. */
export const faulty = (fault: string): Case => withData(Buffer.from(`fault ${fault}`));

/** A case that returns 0, and can be told from others by its data. */
export const harmless = (mark = 0): Case => withData(Buffer.alloc(14, mark));

/** A packet is at least as long as an Ethernet header. No Buffer, as passes take copies by `slice`. */
function withData(content: Uint8Array): Case {
  const data = new Uint8Array(Math.max(14, content.length));
  data.set(content);
  return tinyCase({ progType: 'xdp', runs: [{ ...PLAIN_RUN, data }] });
}
