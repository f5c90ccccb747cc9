import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { readCaseFile } from '../../corpus/case-file.ts';
import { readCaseFolder } from '../../corpus/case-folder.ts';
import { openCorpus } from '../../corpus/corpus.ts';
import type { RecordedCase } from '../../corpus/records.ts';
import { type Replayed, type ReplayedPair, replay } from '../../corpus/replay.ts';
import { printable } from '../../reports/printable.ts';
import { countOf } from '../../reports/quantity.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import type { Target } from '../../targets/target.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { asJson } from '../json.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { PACKAGE_ROOT } from '../version.ts';
import { withTargets } from '../with-targets.ts';

interface ReplayFlags {
  readonly targets?: string;
  readonly json?: boolean;
}

/** `bpfdiff replay`: the regression run. */
export function addReplay(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('replay')
    .argument('[path]', 'a folder of .case files, one such file, or a corpus', DEFAULT_PATH)
    .description('compare the emulator with what kernels answered when cases were recorded')
    .option('--targets <names>', 'kernels to run the cases on as well, separated by commas')
    .option('--json', 'print a JSON object for each case, and a summary last')
    .action(async (path: string, flags: ReplayFlags) => end(await run(path, flags, surroundings)));
}

const DEFAULT_PATH = fileURLToPath(new URL('corpus', PACKAGE_ROOT));

async function run(
  path: string,
  flags: ReplayFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const { cases, close } = openCases(path);
  try {
    if (flags.targets === undefined) return await compareAll(cases, [], flags);
    const names = parseTargetNames(flags.targets, surroundings.cacheDir).filter(
      ({ kind }) => kind === 'kernel',
    );
    return await withTargets(names, surroundings, ({ kernels }) =>
      compareAll(cases, kernels, flags),
    );
  } finally {
    close();
  }
}

/** Whatever kind of thing lies at `path`. */
function openCases(path: string): { cases: Iterable<RecordedCase>; close: () => void } {
  const close = () => {};
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new UsageError(`${path}: Expected a folder of .case files or a corpus, got nothing`);
  }
  if (found.isDirectory()) {
    const { cases, skipped } = readCaseFolder(path);
    for (const file of skipped.filter((name) => !name.endsWith('.md'))) {
      process.stderr.write(`${printable(file)}: passed over, as it is no .case file\n`);
    }
    return { cases, close };
  }
  if (path.endsWith('.case')) return { cases: [readCaseFile(path)], close };
  const corpus = openCorpus(path, { mode: 'read' });
  return { cases: corpus.recordedCases(), close: () => corpus.close() };
}

async function compareAll(
  cases: Iterable<RecordedCase>,
  live: readonly Target[],
  { json }: ReplayFlags,
): Promise<ExitStatus> {
  const emulatorFor: Parameters<typeof replay>[1]['emulatorFor'] = (linux) =>
    createEmulator({ linux });
  const counts = { cases: 0, compared: 0, diverged: 0, unanswered: 0, mistakes: 0 };
  for await (const replayed of replay(cases, { emulatorFor, live })) {
    const divergences = divergencesOf(replayed);
    const compared = replayed.compared.filter(isCompared);
    const mistakes = replayed.compared.filter(isKnownMistake);
    counts.cases++;
    counts.mistakes += mistakes.length;
    if (compared.length > 0) counts.compared++;
    else if (mistakes.length === 0) counts.unanswered++;
    if (divergences.length > 0) counts.diverged++;
    const { name, claim } = replayed.recorded;
    if (json) {
      print(
        asJson({
          kind: 'case',
          name,
          claim,
          compared: compared.length,
          divergences,
          mistakes: mistakes.map(({ mistake, b }) => `${mistake}: ${b.name}`),
        }),
      );
    } else if (divergences.length > 0) {
      print(`${printable(name)}: ${printable(claim)}`);
      for (const line of divergences) print(`  ${printable(line)}`);
    }
  }
  const { diverged, compared, unanswered, mistakes } = counts;
  if (json) print(JSON.stringify({ kind: 'summary', ...counts }));
  else {
    print(`${countOf(counts.cases, 'case')}: ${compared - diverged} agree, ${diverged} diverge`);
    if (mistakes > 0) {
      print(
        `${countOf(mistakes, 'answer')} with a known mistake of the kernel, expected to differ`,
      );
    }
    if (unanswered > 0) print(`${unanswered} have no kernel's answer to compare with`);
  }
  if (diverged > 0) return ExitStatus.DIVERGE;
  return compared + mistakes > 0 ? ExitStatus.AGREE : ExitStatus.UNAVAILABLE;
}

/** What says that something is wrong with the emulator, with a live kernel, or with what was recorded. */
const divergencesOf = ({ compared }: Replayed): readonly string[] =>
  compared.filter((pair) => !isKnownMistake(pair)).flatMap(divergenceOf);

function divergenceOf({ a, b, comparison, mistake }: ReplayedPair): readonly string[] {
  if (mistake !== undefined) {
    return [`mistake: ${b.name} was recorded with ${mistake}; ${a.name} no longer differs from it`];
  }
  return comparison.kind === 'diverge' ? [`${comparison.class}: ${comparison.description}`] : [];
}

/** A kernel that is wrong in the way that it is known to be. */
const isKnownMistake = ({ mistake, comparison }: ReplayedPair): boolean =>
  mistake !== undefined && comparison.kind === 'diverge';

/** A pair that says of two targets that they agree, or that something is wrong. */
const isCompared = ({ mistake, comparison }: ReplayedPair): boolean =>
  mistake === undefined ? comparison.kind !== 'incomparable' : comparison.kind !== 'diverge';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
