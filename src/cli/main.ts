#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench.ts';
import { addCorpus } from './commands/corpus.ts';
import { addCoverage } from './commands/coverage.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExec } from './commands/exec.ts';
import { addFeatures } from './commands/features.ts';
import { addKernels } from './commands/kernels.ts';
import { addLocate } from './commands/locate.ts';
import { addReplay } from './commands/replay.ts';
import { addReport } from './commands/report.ts';
import { addRepro } from './commands/repro.ts';
import { addRun } from './commands/run.ts';
import { addShrink } from './commands/shrink.ts';
import { addExamples } from './examples.ts';
import { ExitStatus, explainError } from './exit-status.ts';
import { readSurroundings } from './surroundings.ts';
import { VERSION } from './version.ts';

const COMMANDS = [
  addRun,
  addExec,
  addLocate,
  addReplay,
  addRepro,
  addShrink,
  addCorpus,
  addReport,
  addCoverage,
  addKernels,
  addDoctor,
  addFeatures,
  addBench,
];

const EXIT_STATUSES = `
Exit status: 0 all agree; 1 divergences; 2 bad usage or input; 3 a target could
not be had or compared next to nothing; 130 interrupted.`;

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<ExitStatus> {
  const surroundings = readSurroundings();
  let status: ExitStatus = ExitStatus.AGREE;
  const program = new Command('bpfdiff')
    .description('Finds where two executions of eBPF disagree.')
    .version(VERSION)
    .addHelpText('after', EXIT_STATUSES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'bpfdiff:')) })
    .showHelpAfterError('  --help says what is expected')
    .exitOverride();
  for (const add of COMMANDS) {
    add(program, surroundings, (ended) => {
      status = ended;
    });
  }
  addExamples(program);
  // A reader that closed its end (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(status);
    throw error;
  });
  try {
    await program.parseAsync(argv);
    return status;
  } catch (error) {
    // Commander has printed its message, or the help, itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ExitStatus.USAGE;
    const { lines, status: failed } = explainError(error);
    for (const line of lines) process.stderr.write(`${line}\n`);
    return failed;
  }
}
