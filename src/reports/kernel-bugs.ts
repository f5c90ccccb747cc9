import type { Cause } from '../causes/cause.ts';
import type { Answer, RecordedCase } from '../corpus/records.ts';

/**
 * docs/kernel-bugs.md: a section for each mistake of kernels, with the cases that show it and the
 * kernels that answered to them. `cases` has those of `corpus/regressions/` by their names without
 * `.case`.
 */
export function kernelBugsText(
  causes: readonly Cause[],
  cases: ReadonlyMap<string, RecordedCase>,
): string {
  const sections = causes.map((cause) =>
    [
      `## ${cause.name}`,
      cause.reason,
      [
        `- **Kernels**: ${cause.kernels}.`,
        `- **Source**: ${cause.source}.`,
        `- **bpfdiff shows**: ${cause.shows}`,
        `- **Emulator**: ${emulatorText(cause)}`,
        ...cause.cases.map((name) => caseLine(name, cases.get(name), cause)),
      ].join('\n'),
    ].join('\n\n'),
  );
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# Mistakes of kernels that bpfdiff found

Each is a row of \`CAUSES\` in \`src/causes/causes.ts\`, which this page is printed from
(\`npx vitest run test/reports/kernel-bugs.test.ts -u\`). Its cases are replayed by \`bpfdiff replay\`:
answers that are known to be wrong are expected to differ from the emulator's.`;

function emulatorText({ emulated, experiment }: Cause): string {
  if (emulated !== undefined) return `makes the same mistake, so that it agrees (${emulated}).`;
  const told = experiment === undefined ? '' : ' Campaigns tell the cause by an experiment.';
  return `does not make it.${told}`;
}

function caseLine(name: string, recorded: RecordedCase | undefined, cause: Cause): string {
  const link = `[${name}.case](../corpus/regressions/${name}.case)`;
  const { answers = [], claim = '' } = recorded ?? {};
  const isWrong = ({ mistake }: Answer): boolean => mistake === cause.name;
  const [wrong, others] = [answers.filter(isWrong), answers.filter((answer) => !isWrong(answer))];
  const sentences = [
    `${link}: ${claim}`,
    ...(wrong.length > 0 ? [`Wrong: ${namesOf(wrong)}`] : []),
    ...(others.length > 0 && cause.emulated === undefined ? [`Right: ${namesOf(others)}`] : []),
  ];
  return `- **Case**: ${sentences.join('. ')}.`;
}

const namesOf = (answers: readonly Answer[]): string =>
  answers.map(({ name, info }) => `${name} (${info.kernel})`).join(', ');
