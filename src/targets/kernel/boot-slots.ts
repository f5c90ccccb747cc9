import { TargetUnavailableError } from '../target.ts';
import type { Launch, Link } from './link.ts';

/** What guests may take of this machine. */
export interface BootSlotsOptions {
  /** How many may boot at once: a guest that boots keeps a core busy. */
  readonly cores: number;
  /** For all guests together. */
  readonly memoryBytes: number;
}

/** Who wants to boot. */
export interface Guest {
  /** The target's name, for messages. */
  readonly target: string;
  /** What it has, all of which it may come to use. */
  readonly memoryMb: number;
}

/** Turns to boot. */
export interface BootSlots {
  /**
   * The same launch, which waits until a core is free, in the order of the calls. Rejects with
   * `TargetUnavailableError` where the guest's memory does not fit beside that of the others, which
   * they hold until their links are closed, and with the signal's reason where that says stop.
   */
  bounded(guest: Guest, launch: Launch): Launch;
}

const MEGABYTE = 1024 * 1024;

/** Bounds boots by cores, and guests by memory. One for all machines of a process. */
export function bootSlots({ cores, memoryBytes }: BootSlotsOptions): BootSlots {
  const memoryMb = Math.floor(memoryBytes / MEGABYTE);
  let takenMb = 0;
  let freeCores = Math.max(1, cores);
  const waiting: (() => void)[] = [];

  const takeCore = async (signal: AbortSignal): Promise<void> => {
    if (freeCores > 0) {
      freeCores--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      waiting.push(turn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  };
  /** The core goes to who has waited longest. */
  const giveCore = (): void => {
    const next = waiting.shift();
    if (next === undefined) freeCores++;
    else next();
  };

  const boot = async (launch: Launch, signal: AbortSignal): Promise<Link> => {
    await takeCore(signal);
    try {
      return await launch(signal);
    } finally {
      giveCore();
    }
  };

  return {
    bounded: (guest, launch) => async (signal) => {
      signal.throwIfAborted();
      if (takenMb + guest.memoryMb > memoryMb) throw noMemory(guest, takenMb, memoryMb);
      takenMb += guest.memoryMb;
      let holds = true;
      const giveMemory = (): void => {
        if (holds) takenMb -= guest.memoryMb;
        holds = false;
      };
      try {
        const link = await boot(launch, signal);
        return {
          hello: link.hello,
          request: link.request,
          console: link.console,
          close: () => link.close().finally(giveMemory),
        };
      } catch (error) {
        giveMemory();
        throw error;
      }
    },
  };
}

function noMemory(guest: Guest, takenMb: number, memoryMb: number): TargetUnavailableError {
  const beside = takenMb === 0 ? '' : ` beside the ${takenMb} MB of the kernels before it`;
  return new TargetUnavailableError(
    guest.target,
    `its machine needs ${guest.memoryMb} MB of memory${beside}, and ${memoryMb} MB were free`,
    'name fewer kernels at a time, or end what uses the memory',
  );
}
