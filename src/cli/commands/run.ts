import { type Command, Option } from 'commander';
import { createCaseSource, PROFILES, type ProfileName } from '../../../generators/index.ts';
import { runCampaign } from '../../campaign/campaign.ts';
import { featureSets } from '../../campaign/common-features.ts';
import type { CampaignEvent, Limit, Summary } from '../../campaign/events.ts';
import { PROG_TYPES, type ProgType } from '../../case/prog-type.ts';
import { openCorpus } from '../../corpus/corpus.ts';
import { summaryText } from '../../reports/summary.ts';
import type { Target } from '../../targets/target.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { duration, seed, wholeNumber } from '../numbers.ts';
import { openTargets } from '../open-targets.ts';
import { openProgress } from '../progress.ts';
import { findingRecorder } from '../record.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';

interface RunFlags {
  readonly targets: string;
  readonly cases: number;
  readonly time?: number;
  readonly seed?: string;
  readonly profile: ProfileName;
  readonly progTypes?: string;
  readonly corpus: string;
  readonly maxFindings: number;
  readonly json?: boolean;
  readonly tui: boolean;
}

const CASES_MAX = 1_000_000_000;

/** `bpfdiff run`: a campaign. */
export function addRun(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('run')
    .description('a campaign: generate cases, run them on targets, compare, shrink, record')
    .option('--targets <names>', 'targets, by name: emulator, KERNEL or KERNEL:ENGINE', 'emulator,uml')
    .option('--cases <n>', 'end after so many cases', wholeNumber(1, CASES_MAX), 10_000)
    .addOption(
      new Option('--time <duration>', 'end after that time, such as 60s or 10m')
        .argParser(duration)
        .conflicts('cases'),
    )
    .option('--seed <number>', 'draw the same cases again', seed)
    .addOption(
      new Option('--profile <name>', 'how progs are drawn')
        .choices(Object.keys(PROFILES))
        .default('default'),
    )
    .option('--prog-types <names>', 'only these prog types, separated by commas')
    .option('--corpus <file>', 'where findings are kept', surroundings.corpusFile)
    .option('--max-findings <n>', 'end after so many findings', wholeNumber(1, 10_000), 10)
    .option('--json', 'print events as NDJSON on stdout, the summary last')
    .option('--no-tui', 'plain lines instead of a screen')
    .action(async (flags: RunFlags) => end(await run(flags, surroundings)));
}

async function run(flags: RunFlags, surroundings: Surroundings): Promise<ExitStatus> {
  const names = parseTargetNames(flags.targets);
  const progTypes = parseProgTypes(flags.progTypes);
  const limit: Limit =
    flags.time === undefined
      ? { kind: 'cases', cases: flags.cases }
      : { kind: 'time', ms: flags.time };
  const campaignSeed = flags.seed ?? randomSeed();
  // Opened first: a corpus that can't be written must not be found out after an hour.
  using corpus = openCorpus(flags.corpus);
  const interrupt = listenForInterrupt();
  const progress = openProgress(flags, surroundings, interrupt);
  const onEvent = (event: CampaignEvent): void => progress.onEvent(event);
  const targets = await openTargets(names, { surroundings, signal: interrupt.signal, onEvent });
  ...
}
