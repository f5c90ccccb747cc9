import type { Case } from '../../case/case.ts';
import { compareOutcomes } from '../../compare/compare.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Disagreement } from '../../repro/disagreement.ts';
import { lookedAt, TEST_LOADER_RUN } from '../../repro/selftest/verifier-test.ts';
import type { Outcome } from '../../targets/target.ts';
import { openTargets } from '../open-targets.ts';
import { parseTargetNames } from '../target-names.ts';
import type { RunOptions } from './run-c.ts';

/**
 * Runs a case on a freshly booted subject: the disagreement's own, or what was read back from what was
 * written of it. Resolves with what is wrong, in one line, or undefined where the subject answers as it did.
 */
export async function problemOfCase(
  testCase: Case,
  { subject, other, shows }: Disagreement,
  options: RunOptions,
): Promise<string | undefined> {
  const { name } = subject;
  const live = { ...subject, outcome: await executed(testCase, name, options) };
  if (shows === 'divergence') {
    const { kind } = compareOutcomes(testCase, live, other);
    if (kind !== 'diverge') return `on ${name} it is ${kind} with ${other.name}`;
    const was = troubleOf(subject.outcome);
    // Which the oracle never calls agreement.
    if (was !== undefined)
      return troubleOf(live.outcome) === was ? undefined : `on ${name} it had no ${was}`;
  }
  const now = compareOutcomes(testCase, live, subject);
  return now.kind === 'diverge'
    ? `${name} answers otherwise than was recorded: ${now.description}`
    : undefined;
}

/** How it ended, and what the kernel said; undefined where there was no trouble. */
function troubleOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'unsupported') return undefined;
  if (outcome.kind === 'completed' && outcome.trouble === undefined) return undefined;
  return [outcome.kind, outcome.trouble?.title ?? ''].join(' ').trim();
}

/**
 * The same of a prog of a verifier test, of which verdict or retval count, and which is run as the kernel's
 * test_loader does it.
 */
export async function problemOfVerifierTest(
  insns: readonly Insn[],
  disagreement: Disagreement,
  options: RunOptions,
): Promise<string | undefined> {
  const { testCase, subject } = disagreement;
  const { name, outcome: recorded } = subject;
  const looked = lookedAt(disagreement);
  const runs = looked?.kind === 'retval' ? [TEST_LOADER_RUN] : [];
  const live = await executed({ ...testCase, progs: [{ insns }], runs }, name, options);
  if (live.kind !== 'completed' || recorded.kind !== 'completed')
    return `on ${name} it ${live.kind}`;
  if (live.load.verdict !== recorded.load.verdict) return `${name} ${live.load.verdict} it`;
  if (looked?.kind !== 'retval') return undefined;
  const [is, was] = [live.runs[0].retval, recorded.runs[looked.run].retval];
  return is === was
    ? undefined
    : `${name} returns ${is} for the 64 zeros that test_loader gives, where ${was} was recorded`;
}

async function executed(
  testCase: Case,
  name: string,
  { cacheDir, signal, onEvent }: RunOptions,
): Promise<Outcome> {
  const opened = await openTargets(parseTargetNames(name, cacheDir), { cacheDir, signal, onEvent });
  try {
    return (await opened.targets[0].execute([testCase]))[0];
  } finally {
    await opened.close();
  }
}
