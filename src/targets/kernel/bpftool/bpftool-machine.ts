import type { Case } from '../../../case/case.ts';
import {
  type Outcome,
  type TargetEvent,
  TargetFailedError,
  type TargetInfo,
} from '../../target.ts';
import { runIsolated } from '../isolate.ts';
import { LinkError } from '../link.ts';
import { answerBytes } from './lacks.ts';
import { runBatch } from './run-batch.ts';
import type { Workspace } from './workspace.ts';

export interface BpftoolMachineOptions {
  /** The target's, for messages. */
  readonly name: string;
  /** The program. */
  readonly command: string;
  /** The CPU that cases run on. */
  readonly cpu: number;
  readonly info: TargetInfo;
  /** Closed with the machine. */
  readonly workspace: Workspace;
  readonly onEvent: (event: TargetEvent) => void;
  readonly limits: BpftoolLimits;
}

export interface BpftoolLimits {
  /** A process of bpftool that takes longer is killed, and the case at fault is `hung`. */
  readonly timeoutMs: number;
  /** Cases of one process of bpftool. */
  readonly batchCases: number;
  /** Processes of bpftool at a time. */
  readonly lanes: number;
}

/** Cases are run on one CPU; probes are only loaded, wherever, and some for the verifier's log. */
export type Way = 'run' | 'probe' | 'probe-log';

/** The kernel of this machine behind processes of bpftool that come and go. */
export interface BpftoolMachine {
  /**
   * Runs cases that bpftool can express; one that kills or hangs bpftool is isolated (isolate.ts). One
   * call at a time. Rejects with `TargetFailedError` where bpftool says what is not understood.
   */
  run(cases: readonly Case[], way: Way): Promise<readonly Outcome[]>;
  /** Processes of bpftool that died or hung. */
  restarts(): number;
  /** Ends what runs, removes all pins and files. May be called more than once. */
  close(): Promise<void>;
}

/** JSON of one process. */
const BATCH_ANSWER_BYTES = 32 * 1024 * 1024;

/** Makes it; nothing is started yet. */
export function bpftoolMachine(options: BpftoolMachineOptions): BpftoolMachine {
  const { name, command, info, workspace, onEvent, limits } = options;
  const lifetime = new AbortController();
  const { signal } = lifetime;
  let batches = 0;
  let restarts = 0;
  let running: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const mustBeOpen = (): void => {
    if (signal.aborted) throw new TargetFailedError(name, 'was closed');
  };

  const request = async (cases: readonly Case[], way: Way): Promise<readonly Outcome[]> => {
    mustBeOpen();
    const cpu = way === 'run' ? options.cpu : undefined;
    const tool = { command, cpu, timeoutMs: limits.timeoutMs, signal };
    const log = way === 'probe-log' ? 'tail' : 'none';
    try {
      return await runBatch(cases, { info, workspace, id: `${batches++}`, tool, log });
    } catch (error) {
      mustBeOpen();
      throw error;
    }
  };

  const restart = async (death: LinkError): Promise<Outcome> => {
    restarts++;
    onEvent({ kind: 'restarted', why: death.message });
    return { kind: death.code === 'LINK_TIMEOUT' ? 'hung' : 'crashed', console: death.message };
  };

  const runAll = async (cases: readonly Case[], way: Way): Promise<readonly Outcome[]> => {
    mustBeOpen();
    const packs = packed(cases, info.linux.cpus, limits.batchCases);
    const machine = {
      request: (some: readonly Case[]) => request(some, way),
      // Each batch has processes of its own.
      isFresh: () => true,
      restart,
    };
    try {
      return (await inLanes(packs, limits.lanes, (pack) => runIsolated(pack, machine))).flat();
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      throw new TargetFailedError(name, error.message, { cause: error });
    }
  };

  return {
    run: (cases, way) => {
      const result = runAll(cases, way);
      running = result.catch(() => {});
      return result;
    },
    restarts: () => restarts,
    close: () => {
      closing ??= (async () => {
        lifetime.abort();
        await running;
        await workspace.close();
        onEvent({ kind: 'closed' });
      })();
      return closing;
    },
  };
}

/** Cases in order, as many at a time as one process may have. */
function packed(
  cases: readonly Case[],
  cpus: number,
  casesMax: number,
): readonly (readonly Case[])[] {
  const packs: Case[][] = [];
  let bytes = 0;
  for (const testCase of cases) {
    const more = answerBytes(testCase, cpus);
    const last = packs.at(-1);
    if (last !== undefined && last.length < casesMax && bytes + more <= BATCH_ANSWER_BYTES) {
      last.push(testCase);
      bytes += more;
    } else {
      packs.push([testCase]);
      bytes = more;
    }
  }
  return packs;
}

/**
 * Does the work for all items, so many at a time; answers in their order. Rejects as the first that
 * failed, when none is at work any more.
 */
async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
