import { ExitStatus } from './exit-status.ts';

/** Turns Ctrl-C, SIGTERM and SIGHUP into an abort; the second one ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** For a screen in raw mode, where Ctrl-C arrives as a key. */
  trigger(): void;
  /** Stops listening. */
  close(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const trigger = (): void => {
    // Kernels end by themselves when their end of the link closes.
    if (controller.signal.aborted) process.exit(ExitStatus.INTERRUPTED);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, trigger);
  return {
    signal: controller.signal,
    trigger,
    close() {
      for (const name of SIGNALS) process.off(name, trigger);
    },
  };
}
