import { createInterface } from 'node:readline';
import { execa, parseCommandString } from 'execa';
import type { Case } from '../../case/case.ts';
import {
  type Features,
  type LinuxSetting,
  type Outcome,
  type Target,
  TargetFailedError,
  TargetUnavailableError,
} from '../target.ts';
import { parseAnswerLine } from './answer.ts';
import { questionLine } from './question.ts';

export interface OwnTargetOptions {
  /** The program and its arguments in one text, with `\` before spaces within. No shell reads it. */
  readonly command: string;
  /** The Linux that it is asked to be. */
  readonly linux: LinuxSetting;
  /** `own` if not given. */
  readonly name?: string;
  /** For what it may do with a case. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Of what it says on stderr, the last of which is told where it ends. */
const STDERR_BYTES = 64 * 1024;

/**
 * A user's own runtime: a program that is asked a case a line on stdin and answers a line on stdout
 * (docs/own-target.md). One that ends while it has a case has crashed of that, and is started anew for the
 * next; one that is late is killed. It counts as an emulator: it needs no verifier. What it can't run it
 * says itself. `execute` rejects with `TargetUnavailableError` where it can't be started, and with
 * `TargetFailedError` where it answers what nobody understands.
 */
export function createOwnTarget(options: OwnTargetOptions): Target {
  const { command, linux, name = 'own', timeoutMs = TIMEOUT_MS } = options;
  let running: Running | undefined;
  let restarts = -1;
  let asked = 0;

  async function ask(testCase: Case): Promise<Outcome> {
    if (running === undefined) {
      running = await start(command, name);
      restarts++;
    }
    const id = asked++;
    const said = await running.ask(questionLine(id, testCase, linux), timeoutMs);
    if (said.kind === 'line') {
      const parsed = parseAnswerLine(said.line, id, testCase);
      if (parsed.kind === 'outcome') return parsed.outcome;
      await end();
      throw new TargetFailedError(name, `it answered wrongly: ${parsed.problem}`);
    }
    const console = await end();
    return { kind: said.kind === 'late' ? 'hung' : 'crashed', console };
  }

  /** Comes back with what it said on stderr. */
  async function end(): Promise<string> {
    const ended = running;
    running = undefined;
    return ended === undefined ? '' : ended.end();
  }

  return {
    name,
    info: { kernel: linux.release, engine: 'emulator', linux, build: command },
    features: NO_FEATURES,
    async execute(cases) {
      const outcomes: Outcome[] = [];
      for (const testCase of cases) outcomes.push(await ask(testCase));
      return outcomes;
    },
    restarts: () => Math.max(restarts, 0),
    async renew() {
      await end();
    },
    async close() {
      await end();
    },
  };
}

/** It isn't asked: it says of each case what it lacks. */
const NO_FEATURES: Features = {
  progTypes: new Set(),
  mapTypes: new Set(),
  forms: new Set(),
  helpers: new Map(),
  ksyms: new Map(),
};

type Said =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'late' };

interface Running {
  ask(line: string, timeoutMs: number): Promise<Said>;
  end(): Promise<string>;
}

async function start(command: string, name: string): Promise<Running> {
  const [file = '', ...args] = parseCommandString(command);
  const child = execa(file, args, {
    reject: false,
    buffer: { stdout: false },
    maxBuffer: STDERR_BYTES,
    stdin: 'pipe',
  });
  if (child.pid === undefined) {
    const { originalMessage = 'it did not start' } = await child;
    const remedy = 'Expected a program that can be run, with its arguments behind it';
    throw new TargetUnavailableError(name, `${file}: ${originalMessage}`, remedy);
  }
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // What it can't take is told by its end.
  child.stdin.on('error', () => {});
  return {
    async ask(line, timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Said>((resolve) => {
        timer = setTimeout(() => resolve({ kind: 'late' }), timeoutMs);
      });
      child.stdin.write(`${line}\n`);
      const next = lines
        .next()
        .then(
          ({ done, value }): Said => (done ? { kind: 'ended' } : { kind: 'line', line: value }),
        );
      const said = await Promise.race([next, late]);
      clearTimeout(timer);
      return said;
    },
    async end() {
      child.kill('SIGKILL');
      const { stderr } = await child;
      return String(stderr ?? '').slice(-STDERR_BYTES);
    },
  };
}
