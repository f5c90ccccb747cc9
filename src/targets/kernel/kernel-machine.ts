import type { Case } from '../../case/case.ts';
import {
  type Outcome,
  type TargetEvent,
  TargetFailedError,
  TargetUnavailableError,
  type Trouble,
} from '../target.ts';
import { decodeBatch } from './decode-batch.ts';
import { type BatchSettings, batchEncoder } from './encode-batch.ts';
import { runIsolated } from './isolate.ts';
import { type Complaint, complaintOfDeath, livesOn } from './kernel-report.ts';
import { FRAME_BODY_MAX_BYTES, type Launch, type Link, LinkError } from './link.ts';
import { decodeHello, ErrorCode, type Hello, type KernelEngine } from './protocol.ts';
import { tinyCase } from './tiny-case.ts';

export interface MachineOptions {
  /** The kernel's name, for messages. */
  readonly name: string;
  readonly launch: Launch;
  /** Whether its sysctls may be written to choose engines: not on a machine that others use. */
  readonly sysctls: 'ours' | 'theirs';
  readonly onEvent: (event: TargetEvent) => void;
  /** Ends the machine, whatever it does. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
  readonly limits?: Partial<MachineLimits>;
}

export interface MachineLimits {
  /** A case that takes longer is `hung`. An emulated CPU takes seconds to verify a long prog. */
  readonly caseTimeoutMs: number;
  /** After that long the agent begins no further case of a batch; they are sent anew. */
  readonly batchBudgetMs: number;
  /** Beyond what the agent may take, until its kernel is given up. */
  readonly answerSlackMs: number;
  /** Starts in a row that may fail. */
  readonly startsMax: number;
}

const LIMITS: MachineLimits = {
  caseTimeoutMs: 6000,
  batchBudgetMs: 2000,
  answerSlackMs: 4000,
  startsMax: 3,
};

/** What was done so far, restarts and probes included. */
export interface MachineStats {
  readonly cases: number;
  readonly requests: number;
  readonly restarts: number;
  /** The agent's own time for the cases. */
  readonly agentMs: number;
  /** Between requests and their answers; the agent's own time is part of it. */
  readonly waitedMs: number;
}

export type RunSettings = Pick<BatchSettings, 'log'> & { readonly engine: KernelEngine };

/** One booted kernel and the agent in it. Its engines share it, by turns. */
export interface KernelMachine {
  readonly name: string;
  readonly hello: Hello;
  readonly sysctls: MachineOptions['sysctls'];
  stats(): MachineStats;
  /**
   * Runs the cases and answers in the same order; a case that kills or hangs its kernel is isolated
   * (see isolate.ts). Calls are served one after the other. Rejects with `TargetFailedError` where no
   * kernel can be had any more, and with `TargetUnavailableError` where it has no such engine.
   */
  run(cases: readonly Case[], settings: RunSettings): Promise<readonly Outcome[]>;
  /** Starts the kernel anew when the calls before are served; rejects with `TargetFailedError`. */
  renew(): Promise<void>;
  /** May be called at any time and more than once. */
  close(): Promise<void>;
}

/** What is there between a start and a death. */
interface Life {
  readonly link: Link;
  readonly hello: Hello;
  readonly encode: ReturnType<typeof batchEncoder>;
  /** Cases that it has answered. */
  ran: number;
}

/** Starts a kernel. Rejects with `TargetUnavailableError`, or `TargetFailedError` where it dies. */
export async function openKernelMachine(options: MachineOptions): Promise<KernelMachine> {
  const { name, onEvent, signal, now } = options;
  const limits = { ...LIMITS, ...options.limits };
  const stats = { cases: 0, requests: 0, restarts: 0, agentMs: 0, waitedMs: 0 };
  let closing: Promise<void> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const failed = (problem: string, cause?: unknown): TargetFailedError =>
    new TargetFailedError(name, problem, { cause });
  const mustBeOpen = (): void => {
    if (closing !== undefined) throw failed('was closed');
  };

  const close = (): Promise<void> => {
    closing ??= (async () => {
      signal.removeEventListener('abort', close);
      await life?.link.close();
      onEvent({ kind: 'closed' });
    })();
    return closing;
  };

  async function start(): Promise<Life> {
    const startedMs = now();
    for (let starts = 1; ; starts++) {
      mustBeOpen();
      onEvent({ kind: 'booting' });
      try {
        const born = await begin(name, options.launch, signal, request);
        // Who has closed the machine meanwhile could not know of it.
        if (closing !== undefined) await born.link.close();
        mustBeOpen();
        onEvent({ kind: 'ready', afterMs: Math.round(now() - startedMs) });
        return born;
      } catch (error) {
        mustBeOpen();
        if (!(error instanceof LinkError)) throw error;
        if (starts >= limits.startsMax) throw failed(`does not start: ${error.message}`, error);
      }
    }
  }

  /** One frame there, one back. Answers the first of the cases, at least one. */
  async function request(
    { link, hello, encode }: Life,
    cases: readonly Case[],
    { engine, log }: Pick<BatchSettings, 'engine' | 'log'>,
  ): Promise<readonly Outcome[]> {
    const { caseTimeoutMs, batchBudgetMs: budgetMs, answerSlackMs } = limits;
    const { body, count } = encode(cases, { engine, log, caseTimeoutMs, budgetMs });
    if (count === 0) return [TOO_LONG];
    const sentMs = now();
    // A case may hang when the budget is nearly spent, and that is noticed a little late.
    const answered = await link.request(body, budgetMs + 2 * caseTimeoutMs + answerSlackMs);
    const answer = decodeBatch(answered, cases.slice(0, count), hello.cpus);
    if (answer.kind === 'error') {
      if (answer.code === ErrorCode.TOO_LONG) return [TOO_LONG];
      if (answer.code === ErrorCode.ENGINE) throw noEngine(name, engine);
      throw failed(`its agent refuses a batch: ${answer.text}`);
    }
    stats.requests++;
    stats.cases += answer.outcomes.length;
    stats.agentMs += answer.agentNs / 1e6;
    stats.waitedMs += now() - sentMs;
    return answer.outcomes;
  }

  async function replace({ trouble, console }: Complaint): Promise<void> {
    mustBeOpen();
    await life!.link.close();
    stats.restarts++;
    onEvent({ kind: 'restarted', why: trouble.title, trouble, console });
    life = await start();
  }

  async function restart(death: LinkError): Promise<Outcome> {
    mustBeOpen();
    const unexplained = options.sysctls === 'ours' ? 'vanished' : 'agent';
    const complaint = complaintOfDeath(death, life!.link.console(), unexplained);
    await replace(complaint);
    return outcomeOfDeath(complaint);
  }

  /** As `request`; what a kernel answers that is in trouble counts up to the case that it is of. */
  async function ask(
    cases: readonly Case[],
    settings: Pick<BatchSettings, 'engine' | 'log'>,
  ): Promise<readonly Outcome[]> {
    const asked = life!;
    const isFirst = asked.ran === 0;
    const outcomes = await request(asked, cases, settings);
    asked.ran += outcomes.length;
    const last = outcomes.findIndex(isFatal);
    const fatal = outcomes[last];
    if (fatal === undefined || !isFatal(fatal)) return outcomes;
    await replace(fatal);
    const before = outcomes.slice(0, last);
    if (fatal.trouble.kind !== 'out-of-memory') return [...before, fatal];
    // What others had left behind may have been too much. Alone it gets all the memory there is.
    if (isFirst && last === 0) return [OUT_OF_MEMORY];
    return last > 0 ? before : ask(cases, settings);
  }

  signal.throwIfAborted();
  signal.addEventListener('abort', close);
  let life: Life | undefined;
  try {
    life = await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    hello: life.hello,
    sysctls: options.sysctls,
    stats: () => ({ ...stats }),
    run: (cases, { engine, log }) => {
      const settings = { engine: options.sysctls === 'ours' ? engine : 'keep', log } as const;
      const outcomes = queue.then(() => {
        mustBeOpen();
        return runIsolated(cases, {
          request: (some) => ask(some, settings),
          isFresh: () => life!.ran === 0,
          restart,
        }).catch((error) => {
          if (error instanceof LinkError) throw failed(error.message, error);
          throw error;
        });
      });
      queue = outcomes.catch(() => {});
      return outcomes;
    },
    renew: () => {
      const renewed = queue.then(async () => {
        mustBeOpen();
        await life!.link.close();
        life = await start();
      });
      queue = renewed.catch(() => {});
      return renewed;
    },
    close,
  };
}

/** A launched agent that has loaded the smallest prog, so that later trouble is a case's own. */
async function begin(
  name: string,
  launch: Launch,
  signal: AbortSignal,
  request: (
    life: Life,
    cases: readonly Case[],
    settings: Pick<BatchSettings, 'engine' | 'log'>,
  ) => Promise<readonly Outcome[]>,
): Promise<Life> {
  const link = await launch(signal);
  try {
    signal.throwIfAborted();
    const hello = decodeHello(link.hello);
    const life = { link, hello, encode: batchEncoder(hello.endianness), ran: 0 };
    const [outcome] = await request(life, [tinyCase()], { engine: 'keep', log: 'none' });
    mustAccept(name, outcome);
    return life;
  } catch (error) {
    await link.close();
    throw error;
  }
}

function mustAccept(name: string, outcome: Outcome): void {
  if (outcome.kind !== 'completed') {
    throw new LinkError('LINK_DIED', `the smallest prog ${outcome.kind}`);
  }
  const { load } = outcome;
  if (load.verdict === 'accepted') return;
  const problem = `its kernel refuses the smallest prog (errno ${load.errno})`;
  throw new TargetUnavailableError(name, problem, 'run bpfdiff as root where bpf(2) is allowed');
}

function noEngine(name: string, engine: BatchSettings['engine']): TargetUnavailableError {
  const problem = `its kernel has no engine ${engine}`;
  return new TargetUnavailableError(name, problem, 'choose another engine of it');
}

type Casualty = Extract<Outcome, { readonly trouble?: Trouble }> & Complaint;

/** Whether the case left its kernel in a state in which nothing that it answers says anything. */
const isFatal = (outcome: Outcome): outcome is Casualty =>
  'trouble' in outcome && outcome.trouble !== undefined && !livesOn(outcome.trouble);

function outcomeOfDeath({ trouble, console }: Complaint): Outcome {
  if (trouble.kind === 'out-of-memory') return OUT_OF_MEMORY;
  const hung = trouble.kind === 'silent' || trouble.kind === 'stuck';
  return { kind: hung ? 'hung' : 'crashed', trouble, console };
}

/** Nothing that a case did wrong, nor its kernel. */
const OUT_OF_MEMORY: Outcome = {
  kind: 'unsupported',
  missing: ['memory: its kernel had too little of it'],
};

const TOO_LONG: Outcome = {
  kind: 'unsupported',
  missing: [`a frame of more than ${FRAME_BODY_MAX_BYTES} bytes`],
};
