import { compareOutcomes, type Observed } from '../../compare/compare.ts';
import type { Finding, RecordedCase } from '../../corpus/records.ts';
import type { Disagreement } from '../../repro/disagreement.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { UsageError } from '../exit-status.ts';

/**
 * What a reproducer of a finding shows. Its subject is the kernel that is named, which must be one of the two; without
 * a name the one that did not come to an end or complained, else the first kernel. Throws `UsageError`.
 */
export function disagreementOfFinding(
  { id, observed, shrunk, divergence }: Finding,
  name: string | undefined,
): Disagreement {
  const kernels = observed.filter(isKernel);
  const subject = chosen(`finding ${id}`, kernels, name, hasTrouble);
  const other = observed.find((each) => each !== subject)!;
  const claim = `${divergence.class}: ${divergence.description}`;
  return { testCase: shrunk, subject, other, claim, shows: 'divergence' };
}

/**
 * The same of a case with recorded answers: a kernel's answer against what the emulator answers now. Where
 * they agree, so will the reproducer. Without a name it is a kernel with a known mistake, else the first.
 */
export async function disagreementOfCase(
  { name: file, testCase, claim, answers }: RecordedCase,
  name: string | undefined,
): Promise<Disagreement> {
  const kernels = answers.filter(isKernel);
  const subject = chosen(file, kernels, name, ({ mistake }) => mistake !== undefined);
  const { linux } = subject.info;
  const emulator = createEmulator({ linux, name: `emulator@${linux.release}` });
  const [outcome] = await emulator.execute([testCase]);
  const other: Observed = { name: emulator.name, info: emulator.info, outcome };
  const comparison = compareOutcomes(testCase, subject, other);
  if (comparison.kind !== 'diverge') {
    return { testCase, subject, other: subject, claim, shows: 'agreement' };
  }
  return {
    testCase,
    subject,
    other,
    claim: `${claim}; ${comparison.class}: ${comparison.description}`,
    shows: 'divergence',
  };
}

const isKernel = ({ info }: Observed): boolean => info.engine !== 'emulator';

const hasTrouble = ({ outcome }: Observed): boolean =>
  outcome.kind === 'crashed' ||
  outcome.kind === 'hung' ||
  (outcome.kind === 'completed' && outcome.trouble !== undefined);

function chosen<T extends Observed>(
  what: string,
  kernels: readonly T[],
  name: string | undefined,
  preferred: (kernel: T) => boolean,
): T {
  const names = kernels.map((kernel) => kernel.name).join(', ') || 'none';
  const found =
    name === undefined
      ? (kernels.find(preferred) ?? kernels[0])
      : kernels.find((kernel) => kernel.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `Expected ${name === undefined ? 'an answer of a kernel' : `an answer of ${name}`} in ${what}, got answers of: ${names}`,
  );
}
