import { normalize } from 'node:path';
import type { Command } from 'commander';
import { CATALOGUE } from '../../targets/kernel/images/catalogue.ts';
import {
  checkRequirements,
  installMissing,
  type Requirement,
  type WantedKernel,
} from '../../targets/kernel/requirements.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import type { Surroundings } from '../surroundings.ts';

/** `bpfdiff doctor`: what kernels need of this machine, and the command that installs what is missing. */
export function addDoctor(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('doctor')
    .description('what works here, what is missing, and the command that mends it')
    .argument('[kernels...]', 'the kernels that are wanted; all by default')
    .option('--json', 'print one JSON object')
    .action(async (names: readonly string[], { json }: { json?: boolean }) => {
      const requirements = await checkRequirements(wantedKernels(names));
      const install = installMissing(requirements) ?? null;
      const { cacheDir } = surroundings;
      const text = json
        ? JSON.stringify({ requirements, install, cacheDir })
        : report(requirements, surroundings);
      process.stdout.write(`${text}\n`);
      const works = requirements.every(
        ({ found, without }) => found !== undefined || without === 'they are slower',
      );
      end(works ? ExitStatus.AGREE : ExitStatus.UNAVAILABLE);
    });
}

const HOST: WantedKernel = { name: 'host', boots: 'host' };
const KERNELS: readonly WantedKernel[] = [...Object.values(CATALOGUE), HOST];

function wantedKernels(names: readonly string[]): readonly WantedKernel[] {
  if (names.length === 0) return KERNELS;
  return names.map((name) => {
    const kernel = KERNELS.find((known) => known.name === name);
    if (kernel !== undefined) return kernel;
    const known = KERNELS.map((each) => each.name).join(', ');
    throw new UsageError(`Unknown kernel "${name}"; expected one of ${known}`);
  });
}

function report(requirements: readonly Requirement[], surroundings: Surroundings): string {
  const install = installMissing(requirements);
  const lines = requirements.map(lineOf);
  const width = Math.max(...lines.map(({ name }) => name.length));
  return [
    ...lines.map(({ state, name, text }) => `${state.padEnd(7)}  ${name.padEnd(width)}  ${text}`),
    '',
    `kernels and agents  ${surroundings.cacheDir}`,
    `corpus              ${surroundings.corpusFile}`,
    ...(install === undefined ? [] : ['', `To mend it: ${install}`]),
  ].join('\n');
}

function lineOf({ name, neededFor, without, found, remedy }: Requirement) {
  // A compiler names its library's place by way of its own.
  if (found !== undefined) {
    return { state: 'ok', name, text: found.startsWith('/') ? normalize(found) : found };
  }
  const what = without === 'they are slower' ? 'the speed of ' : '';
  return { state: 'missing', name, text: `for ${what}${neededFor.join(', ')}: ${remedy}` };
}
