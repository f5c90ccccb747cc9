import type { TargetEvent } from '../targets/target.ts';
import { ExitStatus } from './exit-status.ts';
import { listenForInterrupt } from './interrupt.ts';
import { type OpenTargets, openTargets } from './open-targets.ts';
import type { Surroundings } from './surroundings.ts';
import type { TargetName } from './target-names.ts';

/**
 * Opens targets for a command that needs them for a moment, says on stderr what takes long, and ends
 * them whatever happens. Ctrl-C ends the kernels and with them the command.
 */
export async function withTargets(
  names: readonly TargetName[],
  { cacheDir }: Surroundings,
  use: (opened: OpenTargets) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const interrupt = listenForInterrupt();
  let opened: OpenTargets | undefined;
  interrupt.signal.addEventListener('abort', () => opened?.close());
  try {
    opened = await openTargets(names, { cacheDir, signal: interrupt.signal, onEvent: tellEvent });
    return await use(opened);
  } catch (error) {
    if (interrupt.signal.aborted) return ExitStatus.INTERRUPTED;
    throw error;
  } finally {
    await opened?.close();
    interrupt.close();
  }
}

/** Says on stderr what takes long. */
export function tellEvent(name: string, event: TargetEvent): void {
  if (event.kind === 'preparing') process.stderr.write(`${name}: ${event.what}\n`);
  if (event.kind === 'restarted') process.stderr.write(`${name}: restarted: ${event.why}\n`);
}
