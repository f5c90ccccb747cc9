import { TargetFailedError, TargetUnavailableError, type Trouble } from '../target.ts';
import { complaintIn, complaintOfDeath } from './kernel-report.ts';
import { type Launch, type Link, LinkError } from './link.ts';
import {
  AnswerKind,
  EngineCode,
  ErrorCode,
  type KernelEngine,
  ProgramFate,
  RequestKind,
  WIRE_LIMITS,
} from './protocol.ts';
import { protocolError, wireReader, wireWriter } from './wire.ts';

export interface RunProgramOptions {
  /** The kernel's name, for messages. */
  readonly name: string;
  readonly launch: Launch;
  /** `keep` on a machine whose settings are not ours to change. */
  readonly engine: KernelEngine | 'keep';
  /** Of the program; it is killed then. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How a program ended, and what it printed: at most 1 MiB of it, standard error among it. */
export type ProgramEnd = (
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: number }
  | { readonly kind: 'timed out' }
  /** Its kernel did not outlive it: what it printed is lost. */
  | { readonly kind: 'died with its kernel' }
) & {
  readonly output: string;
  /** What the kernel complained of meanwhile. */
  readonly trouble?: Trouble;
};

/** What the agent and the way to it may take beside the program. */
const ANSWER_SLACK_MS = 10_000;

/**
 * Boots a kernel, runs one executable on it, which must be linked statically for its architecture, and
 * ends the kernel. Rejects with `TargetUnavailableError` where there is no such engine, and with
 * `TargetFailedError` where kernel or program don't start.
 */
export async function runProgram(
  executable: Uint8Array,
  { name, launch, engine, timeoutMs, signal }: RunProgramOptions,
): Promise<ProgramEnd> {
  const link = await launch(signal).catch((error) => {
    if (!(error instanceof LinkError)) throw error;
    throw new TargetFailedError(name, `does not start: ${error.message}`, { cause: error });
  });
  const close = () => link.close();
  signal.addEventListener('abort', close);
  try {
    const answer = await link.request(
      request(executable, engine, timeoutMs),
      timeoutMs + ANSWER_SLACK_MS,
    );
    return decodeEnd(answer, name, engine);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LinkError) || error.code === 'LINK_PROTOCOL') throw error;
    return { kind: 'died with its kernel', output: '', trouble: troubleOf(error, link) };
  } finally {
    signal.removeEventListener('abort', close);
    await link.close();
  }
}

const troubleOf = (death: LinkError, link: Link): Trouble =>
  complaintOfDeath(death, link.console(), 'vanished').trouble;

function request(executable: Uint8Array, engine: KernelEngine | 'keep', timeoutMs: number) {
  const to = wireWriter();
  to.u32(RequestKind.PROGRAM);
  to.u32(EngineCode[engine]);
  to.u32(timeoutMs);
  to.u32(executable.length);
  to.bytes(executable);
  return to.body();
}

function decodeEnd(body: Uint8Array, name: string, engine: KernelEngine | 'keep'): ProgramEnd {
  const from = wireReader(body);
  const kind = from.u32();
  if (kind === AnswerKind.ERROR) {
    const code = from.u32();
    const text = from.text(WIRE_LIMITS.CONSOLE_BYTES_MAX, 'an error');
    if (code !== ErrorCode.ENGINE) throw new TargetFailedError(name, `its agent says that ${text}`);
    const problem = `its kernel has no engine ${engine}`;
    throw new TargetUnavailableError(name, problem, 'choose another engine of it');
  }
  if (kind !== AnswerKind.PROGRAM) throw protocolError('how a program ended', `${kind}`);
  const fate = from.bounded(ProgramFate.TIMED_OUT, 'the fate of a program');
  const status = from.u32();
  const output = from.text(WIRE_LIMITS.PROGRAM_OUTPUT_MAX, 'output');
  const console = from.text(WIRE_LIMITS.CONSOLE_BYTES_MAX, 'a console');
  from.end();
  const trouble = console === '' ? {} : { trouble: complaintIn(console, 'other').trouble };
  if (fate === ProgramFate.TIMED_OUT) return { kind: 'timed out', output, ...trouble };
  if (fate === ProgramFate.KILLED) return { kind: 'killed', signal: status, output, ...trouble };
  return { kind: 'exited', status, output, ...trouble };
}
