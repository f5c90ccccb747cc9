import { sameLinux } from '../campaign/pairs.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import { compileAgent } from '../targets/kernel/agent/compile-agent.ts';
import { hostLaunch } from '../targets/kernel/host.ts';
import { ensureImage } from '../targets/kernel/images/ensure-image.ts';
import { type KernelMachine, openKernelMachine } from '../targets/kernel/kernel-machine.ts';
import { type KernelTarget, kernelTarget } from '../targets/kernel/kernel-target.ts';
import type { Launch } from '../targets/kernel/link.ts';
import { fastestQemuLaunch } from '../targets/kernel/qemu-accel.ts';
import { umlLaunch } from '../targets/kernel/uml.ts';
import type { LinuxSetting, Target, TargetEvent } from '../targets/target.ts';
import { KERNELS, type KernelName, type TargetName } from './target-names.ts';

/** What targets are opened with. */
export interface OpenOptions {
  readonly cacheDir: string;
  /** Hears what each target, by the name that a person gave it, is doing. */
  readonly onEvent: (target: string, event: TargetEvent) => void;
  /** Ends the opening; targets that are open live on. */
  readonly signal: AbortSignal;
}

/** Targets that are ready, and the way to end them all. */
export interface OpenTargets {
  /** Emulators first. */
  readonly targets: readonly Target[];
  readonly kernels: readonly KernelTarget[];
  close(): Promise<void>;
}

/** The Linux that an emulator is told to be where there is no kernel that it could follow. */
const DEFAULT_LINUX: LinuxSetting = {
  release: '6.1',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 1,
  execution: 'interp',
};

/**
 * Boots the kernels that are named, side by side, one machine for all engines of a kernel, and makes
 * an emulator for each different Linux among them. Rejects with `TargetUnavailableError` or
 * `TargetFailedError` where one can't be had; those that were started are ended then.
 */
export async function openTargets(
  names: readonly TargetName[],
  options: OpenOptions,
): Promise<OpenTargets> {
  const lifetime = new AbortController();
  const abort = () => lifetime.abort(options.signal.reason);
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();
  const machines: KernelMachine[] = [];
  const close = async () => {
    await Promise.all(machines.map((machine) => machine.close()));
  };
  try {
    const kernels = await Promise.all(
      (Object.keys(KERNELS) as KernelName[]).map(async (kernel) => {
        const mine = names.filter((name) => name.kind === 'kernel' && name.kernel === kernel);
        if (mine.length === 0) return [];
        const tell = (event: TargetEvent) => {
          for (const { text } of mine) options.onEvent(text, event);
        };
        const machine = await openMachine(kernel, tell, options.cacheDir, lifetime.signal);
        machines.push(machine);
        return Promise.all(
          mine.map((name) =>
            name.kind === 'kernel'
              ? kernelTarget(machine, { name: name.text, engine: name.engine })
              : [],
          ),
        );
      }),
    ).then((all) => all.flat(2));
    const emulators = names.flatMap((name) =>
      name.kind === 'emulator' ? emulatorsFor(name, kernels) : [],
    );
    for (const { name } of emulators) options.onEvent(name, { kind: 'ready', afterMs: 0 });
    return { targets: [...emulators, ...kernels], kernels, close };
  } catch (error) {
    lifetime.abort();
    await close();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
}

async function openMachine(
  kernel: KernelName,
  onEvent: (event: TargetEvent) => void,
  cacheDir: string,
  signal: AbortSignal,
): Promise<KernelMachine> {
  const agent = await compileAgent({ cacheDir, target: kernel, signal });
  return openKernelMachine({
    name: kernel,
    launch: await LAUNCHES[kernel](agent, { cacheDir, onEvent, signal }),
    sysctls: kernel === 'host' ? 'theirs' : 'ours',
    onEvent,
    signal,
    now: () => performance.now(),
  });
}

type Prepare = (agent: string, options: Parameters<typeof ensureImage>[1]) => Promise<Launch>;

const LAUNCHES: Readonly<Record<KernelName, Prepare>> = {
  uml: async (agent, options) => umlLaunch({ ...(await ensureImage('uml', options)), agent }),
  debian12: async (agent, options) =>
    fastestQemuLaunch(
      { ...(await ensureImage('debian12', options)), target: 'debian12', agent },
      options.cacheDir,
    ),
  host: async (agent) => hostLaunch({ agent }),
};

/** One emulator for each different Linux among the kernels, or for all of one byte order if pinned. */
function emulatorsFor(
  { text, release }: Extract<TargetName, { kind: 'emulator' }>,
  kernels: readonly Target[],
): readonly Target[] {
  const settings: LinuxSetting[] = [];
  for (const { info } of kernels) {
    const linux = { ...info.linux, ...(release !== undefined && { release }) };
    if (!settings.some((other) => sameLinux(other, linux))) settings.push(linux);
  }
  if (settings.length === 0) settings.push(DEFAULT_LINUX);
  return settings.map((linux, i) =>
    createEmulator({ linux, name: settings.length === 1 ? text : nameOf(linux, settings, i) }),
  );
}

/** `emulator@6.1`, and as much more as tells it from the others before it. */
function nameOf(linux: LinuxSetting, settings: readonly LinuxSetting[], i: number): string {
  const { release, execution, endianness, cpus } = linux;
  const before = settings.slice(0, i);
  const details = [execution, endianness, `${cpus}cpus`];
  const names = [0, 1, 2, 3].map((n) => [`emulator@${release}`, ...details.slice(0, n)].join(':'));
  const taken = new Set(before.map((other, o) => nameOf(other, settings, o)));
  return names.find((name) => !taken.has(name)) ?? `${names[0]}:${i}`;
}
