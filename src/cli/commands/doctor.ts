import type { Command } from 'commander';
import { checkRequirements, type Requirement } from '../../targets/kernel/requirements.ts';
import { ExitStatus } from '../exit-status.ts';
import type { Surroundings } from '../surroundings.ts';

/** `bpfdiff doctor`: what works here, what is missing, and the command that mends it. */
export function addDoctor(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('doctor')
    .description('what works here, what is missing, and the command that mends it')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const requirements = await checkRequirements();
      const missing = requirements.filter(({ found }) => found === undefined);
      const text = json
        ? JSON.stringify({ requirements, cacheDir: surroundings.cacheDir })
        : report(requirements, surroundings);
      process.stdout.write(`${text}\n`);
      end(missing.length === 0 ? ExitStatus.AGREE : ExitStatus.UNAVAILABLE);
    });
}

function report(requirements: readonly Requirement[], surroundings: Surroundings): string {
  const width = Math.max(...requirements.map(({ name }) => name.length));
  const lines = requirements.map(({ name, neededFor, found, remedy }) =>
    found === undefined
      ? `missing  ${name.padEnd(width)}  for ${neededFor}: ${remedy}`
      : `ok       ${name.padEnd(width)}  ${found}`,
  );
  const packages = requirements
    .filter(({ found }) => found === undefined)
    .map(({ remedy }) => /^apt-get install (.+)$/.exec(remedy)?.[1])
    .filter((name) => name !== undefined);
  return [
    ...lines,
    '',
    `kernels and agents  ${surroundings.cacheDir}`,
    `corpus              ${surroundings.corpusFile}`,
    ...(packages.length > 0 ? ['', `To mend it: apt-get install ${packages.join(' ')}`] : []),
  ].join('\n');
}
