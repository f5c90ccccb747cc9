import { availableParallelism, freemem } from 'node:os';
import type { Disagreement } from '../../repro/disagreement.ts';
import { observationLines } from '../../repro/observation-lines.ts';
import { TEST_PROGS_HEADER } from '../../repro/selftest/test-progs-header.ts';
import type { Arch } from '../../targets/kernel/arch.ts';
import { bootSlots } from '../../targets/kernel/boot-slots.ts';
import { compileProgram } from '../../targets/kernel/compile-program.ts';
import { knownKernel } from '../../targets/kernel/images/known-kernels.ts';
import { type ProgramEnd, runProgram } from '../../targets/kernel/run-program.ts';
import { type TargetEvent, TargetUnavailableError } from '../../targets/target.ts';
import { launchOf } from '../launch-of.ts';
import { parseTargetNames } from '../target-names.ts';

export interface RunOptions {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onEvent: (target: string, event: TargetEvent) => void;
}

const TIMEOUT_MS = 30_000;

/**
 * Compiles a C reproducer and runs it on a freshly booted kernel of its subject. Resolves with what is wrong
 * with it, in one line, or undefined where it shows what it is to show.
 */
export const problemOfC = async (
  source: string,
  disagreement: Disagreement,
  options: RunOptions,
): Promise<string | undefined> =>
  problemOfEnd(await endOf(source, disagreement.subject.name, options), disagreement);

/**
 * The same of a test of prog_tests/: it must fail, and pass where it is told to expect `ofSubject`, what the subject
 * itself answered; where nobody disagrees it must pass.
 */
export async function problemOfProgTest(
  source: string,
  ofSubject: string | undefined,
  { subject, shows }: Disagreement,
  options: RunOptions,
): Promise<string | undefined> {
  const { name } = subject;
  const headers = { 'test_progs.h': TEST_PROGS_HEADER };
  const statusOf = async (test: string) => {
    const end = await endOf(test, name, { ...options, headers });
    return { end, status: end.kind === 'exited' ? end.status : undefined };
  };
  const { end, status } = await statusOf(source);
  if (ofSubject === undefined) {
    const showsTrouble = end.kind !== 'exited' || end.trouble !== undefined;
    return showsTrouble ? undefined : `${name} had no trouble with it`;
  }
  if (status === undefined) return `on ${name} it ${end.kind}${said(end)}`;
  if (shows === 'divergence' && status === 0) return `on ${name} it passes`;
  const own = shows === 'divergence' ? await statusOf(ofSubject) : { end, status };
  if (own.status === 0) return undefined;
  const [failure = 'it ended otherwise'] = own.end.output.split('\n');
  return `${name} answers otherwise than was recorded: ${failure}${said(own.end)}`;
}

async function endOf(
  source: string,
  name: string,
  { cacheDir, signal, onEvent, headers }: RunOptions & { readonly headers?: Headers },
): Promise<ProgramEnd> {
  const [target] = parseTargetNames(name, cacheDir);
  if (target?.kind !== 'kernel') {
    throw new TargetUnavailableError(name, 'it runs no programs', 'choose a kernel');
  }
  const { kernel, engine } = target;
  const arch: Arch | undefined = knownKernel(cacheDir, kernel)?.arch;
  const executable = await compileProgram(source, { target: name, arch, headers, signal });
  const slots = bootSlots({ cores: availableParallelism(), memoryBytes: freemem() });
  const launch = await launchOf(
    kernel,
    { cacheDir, signal, onEvent: (event) => onEvent(name, event) },
    slots,
  );
  return runProgram(executable, {
    name,
    launch,
    engine: kernel === 'host' ? 'keep' : engine,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
}

type Headers = Readonly<Record<string, string>>;

function problemOfEnd(end: ProgramEnd, { testCase, subject, shows }: Disagreement) {
  const { outcome, name, info } = subject;
  if (outcome.kind !== 'completed' || outcome.trouble !== undefined) {
    const showsTrouble = end.kind !== 'exited' || end.trouble !== undefined;
    return showsTrouble ? undefined : `${name} had no trouble with it`;
  }
  if (end.kind !== 'exited') return `on ${name} it ${end.kind}${said(end)}`;
  const expected = shows === 'divergence' ? 1 : 0;
  const observed = end.output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('DIVERGES: '));
  const recorded = observationLines(testCase, outcome, info.linux.endianness);
  const at = recorded.findIndex((line, i) => line !== observed[i]);
  if (at >= 0 || observed.length !== recorded.length) {
    const place = at < 0 ? recorded.length : at;
    const [was, is] = [recorded[place], observed[place]].map((line) => line ?? 'nothing');
    return `on ${name} it printed "${is}", where "${was}" was recorded${said(end)}`;
  }
  return end.status === expected
    ? undefined
    : `on ${name} it ended with ${end.status} instead of ${expected}${said(end)}`;
}

const said = ({ trouble }: ProgramEnd): string =>
  trouble === undefined ? '' : ` (${trouble.title})`;
