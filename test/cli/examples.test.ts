import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addBench } from '../../src/cli/commands/bench.ts';
import { addCorpus } from '../../src/cli/commands/corpus.ts';
import { addCoverage } from '../../src/cli/commands/coverage.ts';
import { addDoctor } from '../../src/cli/commands/doctor.ts';
import { addExec } from '../../src/cli/commands/exec.ts';
import { addFeatures } from '../../src/cli/commands/features.ts';
import { addKernels } from '../../src/cli/commands/kernels.ts';
import { addLocate } from '../../src/cli/commands/locate.ts';
import { addReplay } from '../../src/cli/commands/replay.ts';
import { addReport } from '../../src/cli/commands/report.ts';
import { addRepro } from '../../src/cli/commands/repro.ts';
import { addRun } from '../../src/cli/commands/run.ts';
import { addShrink } from '../../src/cli/commands/shrink.ts';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { readSurroundings } from '../../src/cli/surroundings.ts';

const program = new Command('bpfdiff');
for (const add of [
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
]) {
  add(program, readSurroundings(), () => {});
}

/** Every command below one, by what a person types. */
const commandsOf = (command: Command, above = ''): readonly (readonly [string, Command])[] => [
  [`${above}${command.name()}`, command],
  ...command.commands.flatMap((sub) => commandsOf(sub, `${above}${command.name()} `)),
];
const COMMANDS = new Map(commandsOf(program));

describe('examples', () => {
  it('are there for every command and for no other', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual([...COMMANDS.keys()].toSorted());
  });

  it.each(Object.values(EXAMPLES).flat())('"%s" fits a line and has options that exist', (line) => {
    expect(line.length).toBeLessThanOrEqual(78);
    const typed = line.replace(/ +[#>].*/, '').split(' ');
    const path = [3, 2].map((words) => typed.slice(0, words).join(' '));
    const command = COMMANDS.get(path.find((name) => COMMANDS.has(name)) ?? '');
    const options = command?.options.map(({ long }) => long);
    const flags = typed.filter((word) => word.startsWith('--'));
    expect(options).toEqual(expect.arrayContaining(flags));
  });
});
