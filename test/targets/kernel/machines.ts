import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { readSurroundings } from '../../../src/cli/surroundings.ts';
import { findProgram } from '../../../src/targets/kernel/find-program.ts';
import { ensureImage, type KernelImage } from '../../../src/targets/kernel/images/ensure-image.ts';
import type { Launch } from '../../../src/targets/kernel/link.ts';
import { fastestQemuLaunch } from '../../../src/targets/kernel/qemu-accel.ts';
import { umlLaunch } from '../../../src/targets/kernel/uml.ts';
import { TargetUnavailableError } from '../../../src/targets/target.ts';

export const { cacheDir } = readSurroundings();
export const never = new AbortController().signal;

/** A kernel to launch an echo agent in, or why this machine can't. */
export interface EchoMachine {
  readonly name: 'uml' | 'debian12';
  readonly launch: Launch;
  readonly missing: string | undefined;
}

/** Fetches what is not in the cache yet; compiles the agent into a new folder. */
export async function echoMachines(): Promise<{
  readonly machines: readonly EchoMachine[];
  readonly agentFolder: string;
}> {
  const agentFolder = await mkdtemp(join(tmpdir(), 'bpfdiff-echo-'));
  const agent = await compileEchoAgent(agentFolder);
  const machine = async (
    name: EchoMachine['name'],
    program: string,
    launch: (image: KernelImage) => Launch,
  ): Promise<EchoMachine> => {
    for (const needed of ['cc', program]) {
      if ((await findProgram(needed)) === undefined) {
        return { name, missing: `no ${needed}`, launch: () => Promise.reject(new Error(needed)) };
      }
    }
    try {
      const image = await ensureImage(name, { cacheDir, onEvent: () => {}, signal: never });
      return { name, missing: undefined, launch: launch(image) };
    } catch (error) {
      if (!(error instanceof TargetUnavailableError)) throw error;
      return { name, missing: error.message, launch: () => Promise.reject(error) };
    }
  };
  const machines = [
    await machine('uml', 'sh', ({ kernel }) => umlLaunch({ kernel, agent })),
    await machine('debian12', 'qemu-system-x86_64', (image) =>
      fastestQemuLaunch({ ...image, target: 'debian12', agent }, cacheDir),
    ),
  ];
  return { machines, agentFolder };
}

async function compileEchoAgent(folder: string): Promise<string> {
  const output = join(folder, 'agent');
  const agent = join(import.meta.dirname, '../../../src/targets/kernel/agent');
  const sources = [join(import.meta.dirname, 'echo-agent.c'), join(agent, 'transport.c')];
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-I', agent];
  await execa('cc', [...flags, '-o', output, ...sources]);
  return output;
}

/** Pids of the living processes that a predicate of /proc/PID/stat holds for. Zombies are dead. */
async function processes(
  holds: (stat: { readonly ppid: number; readonly pgid: number }) => boolean,
): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name in parentheses can hold anything: state, ppid and pgid follow its end.
      const [state, ppid, pgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const lives = state !== undefined && state !== '' && state !== 'Z' && state !== 'X';
      return lives && holds({ ppid: Number(ppid), pgid: Number(pgid) }) ? [pid] : [];
    }),
  );
  return found.flat();
}

export const childrenOf = (parent: number) => processes(({ ppid }) => ppid === parent);
export const membersOf = (group: number) => processes(({ pgid }) => pgid === group);

/** Polls until the list is empty, and returns what is left after a while. */
export async function untilNone(
  list: () => Promise<readonly number[]>,
): Promise<readonly number[]> {
  for (let waitedMs = 0; waitedMs < 5000; waitedMs += 20) {
    if ((await list()).length === 0) return [];
    await sleep(20);
  }
  return list();
}
