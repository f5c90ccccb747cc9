import { execa } from 'execa';
import { LinkError } from '../link.ts';

/** What came of a command. */
export type Answer =
  | { readonly kind: 'done'; readonly output: unknown }
  /** `message` is bpftool's, `stderr` libbpf's with the verifier's log. */
  | { readonly kind: 'failed'; readonly message: string; readonly stderr: string };

export interface BpftoolOptions {
  readonly command: string;
  /**
   * CPU that it is kept on: what progs see of their CPU, and where values of per-CPU maps end.
   * Undefined for any, which starts faster.
   */
  readonly cpu: number | undefined;
  readonly timeoutMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The limit of CPU time ends a run that goes on for ever even where Node was killed before. */
const SCRIPT = 'ulimit -c 0; ulimit -t "$1"; shift; exec "$@"';

const OUTPUT_BYTES_MAX = 128 * 1024 * 1024;

/**
 * Gives commands to one process of bpftool, which does them in order until one fails (`bpftool batch`,
 * main.c of bpftool 7.1). Answers the first of them, at least one; only the last may have failed. File
 * names are taken from `folder`. Rejects with `LinkError` where the process dies, takes too long, or
 * answers with something else than JSON.
 */
export async function bpftoolBatch(
  commands: readonly (readonly string[])[],
  folder: string,
  { command, cpu, timeoutMs, signal }: BpftoolOptions,
): Promise<readonly Answer[]> {
  const pinned = cpu === undefined ? [] : ['taskset', '-c', `${cpu}`];
  const words = [...pinned, command, '--json', '--nomount', 'batch', 'file', '-'];
  const cpuSeconds = Math.ceil(timeoutMs / 1000) + 1;
  const result = await execa('sh', ['-c', SCRIPT, 'sh', `${cpuSeconds}`, ...words], {
    cwd: folder,
    input: commands.map((words) => `${words.join(' ')}\n`).join(''),
    // Messages in English.
    env: { LC_ALL: 'C' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    cancelSignal: signal,
    maxBuffer: OUTPUT_BYTES_MAX,
    // An interrupt at the terminal is for bpfdiff.
    detached: true,
    reject: false,
  });
  if (result.isCanceled) throw new LinkError('LINK_DIED', 'bpftool was ended with its target');
  if (result.timedOut) throw new LinkError('LINK_TIMEOUT', `bpftool took over ${timeoutMs} ms`);
  const { stdout, stderr } = result;
  if (result.exitCode === undefined) {
    const how = result.signal ?? result.code ?? result.shortMessage;
    throw new LinkError('LINK_DIED', `bpftool ended by ${how}: ${tail(stderr)}`);
  }
  return answersOf(stdout, stderr);
}

/** Each is `{"command": [words], "output": what the command alone would print}`. */
function answersOf(stdout: string, stderr: string): readonly Answer[] {
  const answers: Answer[] = [];
  for (const item of parsed(stdout, stderr)) {
    // Behind the last command it may complain of an errno that one of them left.
    if (!('command' in item)) break;
    const { output } = item;
    const message = messageOf(output);
    answers.push(
      message === undefined ? { kind: 'done', output } : { kind: 'failed', message, stderr },
    );
  }
  if (answers.length === 0) throw noJson(stdout, stderr);
  return answers;
}

/** Some commands fail without a word, such as a load of a type that libbpf doesn't know. */
const SILENT = /"output":\}\]\s*$/;
const SAID_NOTHING = '"output":{"error":"no reason given"}}]';

function parsed(stdout: string, stderr: string): readonly { readonly output?: unknown }[] {
  try {
    const items: unknown = JSON.parse(stdout.replace(SILENT, SAID_NOTHING));
    if (Array.isArray(items) && items.every((item) => typeof item === 'object' && item !== null)) {
      return items;
    }
  } catch {
    // It says nothing more than that this is no JSON.
  }
  throw noJson(stdout, stderr);
}

/** What bpftool says instead of an answer. */
function messageOf(output: unknown): string | undefined {
  if (typeof output !== 'object' || output === null || !('error' in output)) return undefined;
  return `${output.error}`;
}

const noJson = (stdout: string, stderr: string): LinkError =>
  new LinkError('LINK_PROTOCOL', `bpftool answered: ${tail(stdout)}; ${tail(stderr)}`);

const tail = (text: string): string => text.slice(-500);
