import { setMaxListeners } from 'node:events';
import { availableParallelism, freemem } from 'node:os';
import { sameLinux } from '../campaign/pairs.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import { bootSlots } from '../targets/kernel/boot-slots.ts';
import { openBpftoolTarget } from '../targets/kernel/bpftool/bpftool-target.ts';
import { markUsed, probesFile } from '../targets/kernel/images/cache.ts';
import { type KernelMachine, openKernelMachine } from '../targets/kernel/kernel-machine.ts';
import { type KernelTarget, kernelTarget } from '../targets/kernel/kernel-target.ts';
import {
  DEFAULT_LINUX,
  type LinuxSetting,
  type Target,
  type TargetEvent,
} from '../targets/target.ts';
import { launchOf } from './launch-of.ts';
import type { TargetName } from './target-names.ts';

/** What targets are opened with. */
export interface OpenOptions {
  readonly cacheDir: string;
  /** Hears what each target, by the name that a person gave it, is doing. */
  readonly onEvent: (target: string, event: TargetEvent) => void;
  /** Ends the opening; targets that are open live on. */
  readonly signal: AbortSignal;
  /** As of `KernelTargetOptions`. */
  readonly lacking?: 'tried';
}

/** Targets that are ready, and the way to end them all. */
export interface OpenTargets {
  /** Emulators first, then kernels, then bpftool. */
  readonly targets: readonly Target[];
  readonly kernels: readonly KernelTarget[];
  close(): Promise<void>;
}

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
  // Each kernel listens to it.
  setMaxListeners(0, lifetime.signal);
  const abort = () => lifetime.abort(options.signal.reason);
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();
  const machines: KernelMachine[] = [];
  const tools: Target[] = [];
  const endUses: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all([...machines, ...tools].map((opened) => opened.close()));
    await Promise.all(endUses.map((endUse) => endUse()));
  };
  try {
    const slots = bootSlots({ cores: availableParallelism(), memoryBytes: freemem() });
    const named = names.filter((name) => name.kind === 'kernel');
    const kernels = await Promise.all(
      [...new Set(named.map(({ kernel }) => kernel))].map(async (kernel) => {
        const mine = named.filter((name) => name.kernel === kernel);
        const tell = (event: TargetEvent) => {
          for (const { text } of mine) options.onEvent(text, event);
        };
        const { signal } = lifetime;
        const launch = await launchOf(kernel, { ...options, onEvent: tell, signal }, slots);
        // From now on the cache keeps it: it may have to be booted anew.
        if (kernel !== 'host') endUses.push(await markUsed(options.cacheDir, kernel));
        const machine = await openKernelMachine({
          name: kernel,
          launch,
          sysctls: kernel === 'host' ? 'theirs' : 'ours',
          onEvent: tell,
          signal,
          now: () => performance.now(),
        });
        machines.push(machine);
        return Promise.all(
          mine.map(async ({ text, engine }) => {
            const probes =
              kernel === 'host' ? undefined : await probesFile(options.cacheDir, kernel, engine);
            return kernelTarget(machine, { name: text, engine, probes, lacking: options.lacking });
          }),
        );
      }),
    ).then((all) => all.flat());
    for (const { kind, text } of names) {
      if (kind === 'bpftool') tools.push(await openTool(text, options, lifetime.signal));
    }
    const real = [...kernels, ...tools];
    const emulators = names.flatMap((name) =>
      name.kind === 'emulator' ? emulatorsFor(name, real) : [],
    );
    for (const { name } of emulators) options.onEvent(name, { kind: 'ready', afterMs: 0 });
    return { targets: [...emulators, ...real], kernels, close };
  } catch (error) {
    lifetime.abort();
    await close();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
}

const openTool = (name: string, { onEvent }: OpenOptions, signal: AbortSignal): Promise<Target> =>
  openBpftoolTarget({
    name,
    signal,
    onEvent: (event) => onEvent(name, event),
    now: () => performance.now(),
  });

/** One emulator for each different Linux among the kernels, or for all of one byte order if pinned. */
function emulatorsFor(
  { text, release }: Extract<TargetName, { kind: 'emulator' }>,
  kernels: readonly Target[],
): readonly Target[] {
  const settings: LinuxSetting[] = [];
  const followed = kernels.length > 0 ? kernels.map(({ info }) => info.linux) : [DEFAULT_LINUX];
  for (const each of followed) {
    const linux = { ...each, ...(release !== undefined && { release }) };
    if (!settings.some((other) => sameLinux(other, linux))) settings.push(linux);
  }
  return settings.map((linux) =>
    createEmulator({ linux, name: settings.length === 1 ? text : nameOf(linux, settings) }),
  );
}

/** `emulator@6.1`, and what tells it from the others of its release: `emulator@7.2:aarch64:jit`. */
function nameOf(linux: LinuxSetting, settings: readonly LinuxSetting[]): string {
  const peers = settings.filter(({ release }) => release === linux.release);
  const differing = TOLD_APART_BY.filter((tell) =>
    peers.some((other) => tell(other) !== tell(linux)),
  );
  return [`emulator@${linux.release}`, ...differing.map((tell) => tell(linux))].join(':');
}

const TOLD_APART_BY: readonly ((linux: LinuxSetting) => string)[] = [
  ({ arch, userMode }) => (userMode ? 'um' : arch),
  ({ execution }) => execution,
  ({ cpus }) => `${cpus}cpus`,
  ({ pageBytes }) => `${pageBytes}bytes`,
];
