import { type Command, InvalidArgumentError } from 'commander';
import { observedBy } from '../../campaign/observed-by.ts';
import { pairsOf } from '../../campaign/pairs.ts';
import type { Case } from '../../case/case.ts';
import { compareOutcomes, type Observed } from '../../compare/compare.ts';
import { readCaseFile, writeCaseFile } from '../../corpus/case-file.ts';
import { MISTAKE_NAME } from '../../corpus/mistake-name.ts';
import type { RecordedCase } from '../../corpus/records.ts';
import { outcomesTable } from '../../reports/outcomes.ts';
import { printable } from '../../reports/printable.ts';
import type { Target } from '../../targets/target.ts';
import { answersToRecord } from '../answers-to-record.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { asJson } from '../json.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { textOptions } from '../text-options.ts';
import { withTargets } from '../with-targets.ts';

interface ExecFlags {
  readonly targets: string;
  readonly json?: boolean;
  readonly record?: boolean;
  readonly mistake?: string;
}

/** `bpfdiff exec`: runs cases on targets and prints the outcomes side by side. */
export function addExec(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('exec')
    .argument('<file.case...>', 'cases in their text form (docs/case-format.md)')
    .description('run cases on targets and print the outcomes side by side')
    .option(
      '--targets <names>',
      'emulator, KERNEL or KERNEL:ENGINE, separated by commas',
      'emulator,uml',
    )
    .option('--json', 'print one JSON object for each case')
    .option('--record', 'write what the kernels answered into the files, for `replay`')
    .option(
      '--mistake <name>',
      'with --record: kernels that differ from the emulator have that known mistake',
      mistakeName,
    )
    .action(async (files: readonly string[], flags: ExecFlags) =>
      end(await exec(files, flags, surroundings)),
    );
}

async function exec(
  files: readonly string[],
  { targets: names, json, record, mistake }: ExecFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  if (mistake !== undefined && !record) {
    throw new UsageError('Expected --record with --mistake, as it is written into the files');
  }
  const cases = files.map(readCaseFile);
  return withTargets(
    parseTargetNames(names, surroundings.cacheDir),
    surroundings,
    async ({ targets }) => {
      const testCases = cases.map(({ testCase }) => testCase);
      const outcomes = await Promise.all(targets.map((target) => target.execute(testCases)));
      let status: ExitStatus = ExitStatus.AGREE;
      for (const [i, recorded] of cases.entries()) {
        const observed = targets.map((target, t) => observedBy(target, outcomes[t][i]));
        const divergences = divergencesOf(recorded.testCase, targets, observed);
        if (divergences.length > 0) status = ExitStatus.DIVERGE;
        const text = json
          ? asJson({ file: recorded.name, claim: recorded.claim, divergences, observed })
          : report(recorded, observed, divergences, surroundings);
        process.stdout.write(`${text}\n`);
        if (record) await write(recorded, observed, mistake);
      }
      return status;
    },
  );
}

/** Throws `UsageError` where a mistake is named that no kernel shows. */
async function write(
  recorded: RecordedCase,
  observed: readonly Observed[],
  mistake?: string,
): Promise<void> {
  const answers = await answersToRecord(recorded, observed, mistake);
  if (mistake !== undefined && !answers.some((answer) => answer.mistake === mistake)) {
    throw new UsageError(
      `${recorded.name}: Expected a kernel that differs from the emulator by ${mistake}, got none`,
    );
  }
  writeCaseFile(recorded.name, { ...recorded, answers });
}

function mistakeName(text: string): string {
  if (MISTAKE_NAME.pattern.test(text)) return text;
  throw new InvalidArgumentError(`Expected ${MISTAKE_NAME.expected}.`);
}

function divergencesOf(
  testCase: Case,
  targets: readonly Target[],
  observed: readonly Observed[],
): readonly string[] {
  return pairsOf(targets).flatMap(([a, b]) => {
    const comparison = compareOutcomes(testCase, observed[a], observed[b]);
    return comparison.kind === 'diverge' ? [`${comparison.class}: ${comparison.description}`] : [];
  });
}

function report(
  { name, claim, testCase }: RecordedCase,
  observed: readonly Observed[],
  divergences: readonly string[],
  surroundings: Surroundings,
): string {
  const options = textOptions(surroundings);
  return [
    options.style('strong', `${printable(name)}: ${claim}`),
    ...outcomesTable(testCase, observed, options),
    ...divergences.map((line) => options.style('bad', `diverge in ${line}`)),
    '',
  ].join('\n');
}
