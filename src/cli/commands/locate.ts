import type { Command } from 'commander';
import { observedBy } from '../../campaign/observed-by.ts';
import { compareOutcomes } from '../../compare/compare.ts';
import { readCaseFile } from '../../corpus/case-file.ts';
import { locatedSections } from '../../reports/located.ts';
import { printable } from '../../reports/printable.ts';
import { sectionsText } from '../../reports/section.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { asJson } from '../json.ts';
import { locator } from '../locator.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { textOptions } from '../text-options.ts';
import { withTargets } from '../with-targets.ts';

interface LocateFlags {
  readonly targets: string;
  readonly json?: boolean;
}

/** `bpfdiff locate`: says of cases at which insn two targets begin to differ. */
export function addLocate(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('locate')
    .argument('<file.case...>', 'cases in their text form (docs/case-format.md)')
    .description('find the first executed insn after which two targets differ')
    .option(
      '--targets <names>',
      'two of emulator, KERNEL or KERNEL:ENGINE, separated by a comma',
      'emulator,uml',
    )
    .option('--json', 'print one JSON object for each case')
    .action(async (files: readonly string[], flags: LocateFlags) =>
      end(await locateAll(files, flags, surroundings)),
    );
}

async function locateAll(
  files: readonly string[],
  { targets: names, json }: LocateFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const cases = files.map(readCaseFile);
  const parsed = parseTargetNames(names, surroundings.cacheDir);
  if (parsed.length !== 2) throw new UsageError(`Expected two targets, got ${names}`);
  return withTargets(parsed, surroundings, async ({ targets: [a, b, ...rest] }) => {
    if (b === undefined || rest.length > 0) {
      throw new UsageError(`Expected two targets, got ${names}`);
    }
    const options = textOptions(surroundings);
    const locate = locator();
    let status: ExitStatus = ExitStatus.AGREE;
    for (const { name: file, claim, testCase } of cases) {
      const [[ofA], [ofB]] = await Promise.all([a.execute([testCase]), b.execute([testCase])]);
      const comparison = compareOutcomes(testCase, observedBy(a, ofA), observedBy(b, ofB));
      const located =
        comparison.kind === 'diverge' ? await locate(testCase, comparison, [a, b]) : null;
      if (located !== null) status = ExitStatus.DIVERGE;
      if (json) {
        process.stdout.write(`${asJson({ file, claim, comparison, located })}\n`);
        continue;
      }
      const said =
        comparison.kind === 'diverge'
          ? comparison.description
          : comparison.kind === 'agree'
            ? 'they agree'
            : `incomparable: ${comparison.rule}`;
      const head = { title: `${printable(file)}: ${claim}`, lines: [printable(said)] };
      const found =
        located === null ? [] : locatedSections(testCase, located, [a.name, b.name], options);
      process.stdout.write(`${sectionsText([head, ...found], options)}\n`);
    }
    return status;
  });
}
