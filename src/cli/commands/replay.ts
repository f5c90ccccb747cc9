import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CaseReport } from '../../corpus/case-report.ts';
import { type Source, sourceOf } from '../../corpus/source.ts';
import { replayJunit } from '../../reports/junit/replay.ts';
import { printable } from '../../reports/printable.ts';
import { countOf } from '../../reports/quantity.ts';
import type { Target } from '../../targets/target.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { wholeNumber } from '../numbers.ts';
import { blocksOf } from '../replay/blocks.ts';
import { recordAgain } from '../replay/record-again.ts';
import { replayInThreads } from '../replay/replay-in-threads.ts';
import { createReplayer } from '../replay/replayer.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { PACKAGE_ROOT } from '../version.ts';
import { withTargets } from '../with-targets.ts';
import { writeOutput } from '../write-output.ts';

interface ReplayFlags {
  readonly targets?: string;
  readonly command?: string;
  readonly record?: true;
  readonly jobs: number;
  readonly json?: boolean;
  readonly junit?: string;
}

const JOBS_MAX = 64;

/** `bpfdiff replay`: the regression run. */
export function addReplay(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('replay')
    .argument('[path]', 'a folder of .case files, one such file, or a corpus', DEFAULT_PATH)
    .description('compare the emulator with what kernels answered when cases were recorded')
    .option('--targets <names>', 'kernels to run the cases on as well, separated by commas')
    .option('--record', 'write what --targets answer into the files, and say what changed')
    .option('--command <command>', 'your own runtime in place of the emulator; docs/own-target.md')
    .option(
      '--jobs <n>',
      'threads (default: one for each core)',
      wholeNumber(1, JOBS_MAX),
      availableParallelism(),
    )
    .option('--json', 'print a JSON object for each case, and a summary last')
    .option('--junit <file>', 'write JUnit XML for CI as well, in which each case is a test')
    .action(async (path: string, flags: ReplayFlags) => end(await run(path, flags, surroundings)));
}

const DEFAULT_PATH = fileURLToPath(new URL('corpus', PACKAGE_ROOT));

async function run(
  path: string,
  flags: ReplayFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  if (flags.record && flags.targets === undefined) {
    throw new UsageError('--record writes what kernels answer: expected --targets as well');
  }
  const source = sourceOf(path);
  for (const file of source.skipped.filter((name) => !name.endsWith('.md'))) {
    process.stderr.write(`${printable(file)}: passed over, as it is no .case file\n`);
  }
  try {
    if (flags.targets === undefined)
      return await report(path, reportsOf(path, source, flags), flags);
    const names = parseTargetNames(flags.targets, surroundings.cacheDir).filter(
      ({ kind }) => kind === 'kernel',
    );
    return await withTargets(names, surroundings, ({ kernels }) =>
      flags.record
        ? recordAgain(source, kernels, print)
        : report(path, reportsHere(path, source, { ...flags, live: kernels }), flags),
    );
  } finally {
    source.close();
  }
}

/** Blocks from which on the start of threads pays. */
const BLOCKS_MANY = 8;

/** One's own runtime is a process beside this one already. */
function reportsOf(path: string, source: Source, flags: ReplayFlags): AsyncIterable<CaseReport> {
  const blocks = blocksOf(source.names);
  const isAlone = flags.command !== undefined || flags.jobs === 1 || blocks.length < BLOCKS_MANY;
  return isAlone ? reportsHere(path, source, flags) : replayInThreads({ path }, blocks, flags.jobs);
}

async function* reportsHere(
  path: string,
  source: Source,
  { command, live }: Pick<ReplayFlags, 'command'> & { readonly live?: readonly Target[] },
): AsyncGenerator<CaseReport> {
  const replayer = createReplayer({ path, command }, live, source);
  try {
    for (const block of blocksOf(source.names)) yield* await replayer.replay(block);
  } finally {
    await replayer.close();
  }
}

async function report(
  path: string,
  reports: AsyncIterable<CaseReport>,
  { json, junit }: ReplayFlags,
): Promise<ExitStatus> {
  const counts = { cases: 0, compared: 0, diverged: 0, unanswered: 0, mistakes: 0 };
  const kept: CaseReport[] = [];
  for await (const caseReport of reports) {
    const { name, claim, compared, divergences, mistakes } = caseReport;
    if (junit !== undefined) kept.push(caseReport);
    counts.cases++;
    counts.mistakes += mistakes.length;
    if (compared > 0) counts.compared++;
    else if (mistakes.length === 0) counts.unanswered++;
    if (divergences.length > 0) counts.diverged++;
    if (json) {
      print(JSON.stringify({ kind: 'case', name, claim, compared, divergences, mistakes }));
    } else if (divergences.length > 0) {
      print(`${printable(name)}: ${printable(claim)}`);
      for (const line of divergences) print(`  ${printable(line)}`);
    }
  }
  if (junit !== undefined) writeOutput(junit, replayJunit(path, kept));
  const { diverged, compared, unanswered, mistakes } = counts;
  if (json) print(JSON.stringify({ kind: 'summary', ...counts }));
  else {
    print(`${countOf(counts.cases, 'case')}: ${compared - diverged} agree, ${diverged} diverge`);
    if (mistakes > 0) {
      print(
        `${countOf(mistakes, 'answer')} with a known mistake of the kernel, expected to differ`,
      );
    }
    if (unanswered > 0) print(`${unanswered} have no kernel's answer to compare with`);
  }
  if (diverged > 0) return ExitStatus.DIVERGE;
  return compared + mistakes > 0 ? ExitStatus.AGREE : ExitStatus.UNAVAILABLE;
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
