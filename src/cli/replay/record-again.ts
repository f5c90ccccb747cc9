import { observedBy } from '../../campaign/observed-by.ts';
import { writeCaseFile } from '../../corpus/case-file.ts';
import { printAnswer } from '../../corpus/print-answer.ts';
import type { Answer, RecordedCase } from '../../corpus/records.ts';
import type { Source } from '../../corpus/source.ts';
import { printable } from '../../reports/printable.ts';
import { countOf } from '../../reports/quantity.ts';
import type { Target } from '../../targets/target.ts';
import { answersToRecord } from '../answers-to-record.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { blocksOf } from './blocks.ts';

/**
 * Writes what kernels answer now into `.case` files, and prints the lines of answers that changed: what
 * `git diff` will show, by target. A corpus is not written to: its answers are what its findings rest on.
 */
export async function recordAgain(
  source: Source,
  kernels: readonly Target[],
  print: (line: string) => void,
): Promise<ExitStatus> {
  const stray = source.names.find((name) => !name.endsWith('.case'));
  if (stray !== undefined) {
    throw new UsageError('--record writes .case files: `bpfdiff corpus export` makes some');
  }
  let changed = 0;
  for (const block of blocksOf(source.names)) {
    const cases = block.map(source.read);
    const testCases = cases.map(({ testCase }) => testCase);
    const outcomes = await Promise.all(kernels.map((kernel) => kernel.execute(testCases)));
    for (const [i, recorded] of cases.entries()) {
      const observed = kernels.map((kernel, k) => observedBy(kernel, outcomes[k][i]));
      const answers = await answersToRecord(recorded, observed);
      const changes = changesOf(recorded, answers);
      if (changes.length === 0) continue;
      writeCaseFile(recorded.name, { ...recorded, answers });
      changed++;
      print(`${printable(recorded.name)}: ${printable(recorded.claim)}`);
      for (const line of changes) print(`  ${line}`);
    }
  }
  print(`${countOf(source.names.length, 'case')}: ${changed} recorded anew`);
  return ExitStatus.AGREE;
}

const LINES_MAX = 12;

/** By target: that it is new, or the lines that went and came. */
function changesOf({ testCase, answers }: RecordedCase, now: readonly Answer[]): readonly string[] {
  const linesOf = (answer: Answer): readonly string[] => printAnswer(answer, testCase).split('\n');
  return now.flatMap((answer) => {
    const before = answers.find(({ name }) => name === answer.name);
    if (before === undefined) return [`${printable(answer.name)}: new`];
    const [old, fresh] = [linesOf(before), linesOf(answer)];
    const gone = old.filter((line) => !fresh.includes(line)).map((line) => `- ${line.trim()}`);
    const come = fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`);
    const lines = [...gone, ...come];
    if (lines.length === 0) return old.join() === fresh.join() ? [] : [`${answer.name}: reordered`];
    const rest = lines.length > LINES_MAX ? [`  ... ${lines.length - LINES_MAX} more`] : [];
    return [
      `${printable(answer.name)}:`,
      ...lines.slice(0, LINES_MAX).map((l) => `  ${l}`),
      ...rest,
    ];
  });
}
