import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type CaseSource,
  createCaseSource,
  createGuidedSource,
  GENERATED_TYPES,
  PROFILES,
  type Profile,
  SIZES,
  type Size,
  SOURCE_PROFILES,
  type SourceOptions,
  type SourceProfile,
  UNRUN_TYPES,
} from '../../../generators/index.ts';
import { runCampaign } from '../../campaign/campaign.ts';
import { featureSets } from '../../campaign/common-features.ts';
import type { Limit, Summary } from '../../campaign/events.ts';
import { createSeries } from '../../campaign/series.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { type Corpus, openCorpus } from '../../corpus/corpus.ts';
import { summaryText } from '../../reports/summary.ts';
import { caseKeeper } from '../case-keeper.ts';
import { changeFinder } from '../change-finder.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { findingExplainer } from '../explain-finding.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { locator } from '../locator.ts';
import { duration, seed, wholeNumber } from '../numbers.ts';
import { type OpenTargets, openTargets } from '../open-targets.ts';
import { openProgress } from '../progress.ts';
import { quoted } from '../quoted.ts';
import { addToReachFile, readReachFile } from '../reach-file.ts';
import { findingRecorder, knownIn } from '../record-finding.ts';
import { standInsOn } from '../stand-ins.ts';
import { steadyOn } from '../steady.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { textOptions } from '../text-options.ts';
import { VERSION } from '../version.ts';

interface RunFlags {
  readonly targets: string;
  readonly cases?: number;
  readonly time?: number;
  readonly seed?: string;
  readonly profile: SourceProfile;
  readonly size: Size;
  readonly guidance: 'on' | 'off';
  readonly progTypes?: readonly ProgType[];
  readonly corpus: string;
  readonly maxFindings: number;
  readonly reach?: string;
  readonly keep: boolean;
  readonly json?: boolean;
  readonly tui: boolean;
}

const CASES_MAX = 1_000_000_000;
const CASES = 10_000;
/** Agreeing cases that a corpus holds. */
const KEPT_MAX = 10_000;

/** `bpfdiff run`: a campaign. */
export function addRun(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('run')
    .description('a campaign: generate cases, run them on targets, compare, shrink, record')
    .option(
      '--targets <names>',
      'emulator, KERNEL or KERNEL:ENGINE, separated by commas',
      'emulator,uml',
    )
    .option(
      '--cases <n>',
      `end after so many cases (default: ${CASES}, or all of the grid)`,
      wholeNumber(1, CASES_MAX),
    )
    .addOption(
      new Option('--time <duration>', 'end after that time instead, such as 60s or 10m')
        .argParser(duration)
        .conflicts('cases'),
    )
    .option('--seed <number>', 'draw the cases of an earlier campaign on these targets again', seed)
    .addOption(
      new Option(
        '--profile <name>',
        'how progs are drawn, or `grid` for every form over a grid of operands',
      )
        .choices(SOURCE_PROFILES)
        .default('default'),
    )
    .addOption(
      new Option('--size <size>', 'how large progs are')
        .choices(Object.keys(SIZES))
        .default('medium'),
    )
    .addOption(
      new Option('--guidance <how>', 'draw cases by what earlier ones reached, or all alike')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option('--prog-types <names>', 'only these prog types, separated by commas', parseProgTypes)
    .option('--corpus <file>', 'where findings are kept', surroundings.corpusFile)
    .option('--max-findings <n>', 'end after so many findings', wholeNumber(1, 10_000), 10)
    .option('--no-keep', 'do not keep agreeing cases that reached something first in the corpus')
    .option('--reach <file>', 'add to this file how often what was compared')
    .option('--json', 'print events as NDJSON on stdout, the summary last')
    .option('--no-tui', 'plain lines instead of a screen')
    .action(async (flags: RunFlags) => end(await run(flags, surroundings)));
}

async function run(flags: RunFlags, surroundings: Surroundings): Promise<ExitStatus> {
  const names = parseTargetNames(flags.targets, surroundings.cacheDir);
  if (names.length < 2) {
    throw new UsageError(`Expected two targets or more to compare, got ${flags.targets}`);
  }
  if (flags.reach !== undefined) readReachFile(flags.reach);
  // Opened first: that it can't be written must not be found out after an hour.
  const corpus = openCorpus(flags.corpus);
  const interrupt = listenForInterrupt();
  const display = openProgress(flags, surroundings, {
    interrupt: interrupt.trigger,
    findingText: findingExplainer(corpus),
  });
  interrupt.signal.addEventListener('abort', () => display.interrupted());
  try {
    const opened = await openTargets(names, {
      cacheDir: surroundings.cacheDir,
      signal: interrupt.signal,
      onEvent: (name, event) => display.onEvent({ kind: 'target', name, event }),
      ...(isNearMiss(flags.profile) && { lacking: 'tried' as const }),
    });
    const summary = await campaign(flags, opened, corpus, {
      onEvent: display.onEvent,
      signal: interrupt.signal,
    }).finally(opened.close);
    await display.close();
    if (flags.reach !== undefined) addToReachFile(flags.reach, summary);
    if (!flags.json) {
      process.stdout.write(summaryText(summary, textOptions(surroundings)));
      if (summary.findings.length > 0 && flags.corpus !== surroundings.corpusFile) {
        process.stdout.write(`They are in another corpus: add --corpus ${quoted(flags.corpus)}\n`);
      }
    }
    return statusOf(summary);
  } catch (error) {
    if (interrupt.signal.aborted) return ExitStatus.INTERRUPTED;
    throw error;
  } finally {
    await display.close();
    interrupt.close();
    corpus.close();
  }
}

type Listening = Pick<Parameters<typeof runCampaign>[0], 'onEvent' | 'signal'>;

async function campaign(
  flags: RunFlags,
  { targets }: OpenTargets,
  corpus: Corpus,
  listening: Listening,
): Promise<Summary> {
  const campaignSeed = flags.seed ?? randomSeed();
  const { profile } = flags;
  const [emulators, kernels] = [true, false].map((wanted) =>
    targets.filter(({ info }) => (info.engine === 'emulator') === wanted),
  );
  const options: SourceOptions = {
    seed: campaignSeed,
    profile,
    capabilities: featureSets(
      kernels.map(({ features }) => features),
      emulators.map(({ features }) => features),
    ),
    progTypes: flags.progTypes,
    size: flags.size,
  };
  const guided = isGuided(flags) ? createGuidedSource(options) : undefined;
  const source = guided ?? createCaseSource(options);
  const id = corpus.addCampaign({
    seed: campaignSeed,
    profile,
    versions: { bpfdiff: VERSION, node: process.versions.node },
    startedAtMs: Date.now(),
  });
  const series = createSeries();
  const summary = await runCampaign({
    ...listening,
    onEvent: (event) => {
      if (event.kind === 'progress') series.add(event.progress);
      listening.onEvent(event);
    },
    seed: campaignSeed,
    profile,
    limit: limitOf(flags, source),
    next: source.next,
    ...(guided !== undefined && { learn: guided.learn }),
    targets,
    isSteady: steadyOn(targets[0].info.linux),
    standIns: standInsOn(targets[0].info.linux),
    findChange: changeFinder(),
    locate: locator(),
    ...(isNearMiss(profile) && { unsteady: 'excused' as const }),
    ruleFor: knownIn(corpus),
    ...(flags.keep && { keep: caseKeeper(corpus, KEPT_MAX) }),
    record: findingRecorder(corpus, id, Date.now),
    findingsMax: flags.maxFindings,
    now: () => performance.now(),
  });
  corpus.endCampaign(id, { endedAtMs: Date.now(), ...summary, series: series.samples() });
  return summary;
}

/** What cases of near misses are for shows in kernels' messages alone, which nothing is learned of. */
const isGuided = ({ guidance, profile }: RunFlags): boolean =>
  guidance === 'on' && !isNearMiss(profile);

/** Whether cases are to be refused. */
function isNearMiss(name: SourceProfile): boolean {
  const profiles: Partial<Record<string, Profile>> = PROFILES;
  return profiles[name]?.breaches !== undefined;
}

function limitOf({ cases, time }: RunFlags, { fixedCases }: CaseSource): Limit {
  if (time !== undefined) return { kind: 'time', ms: time };
  return { kind: 'cases', cases: cases ?? (fixedCases || CASES) };
}

const randomSeed = (): string => randomBytes(8).readBigUInt64LE().toString();

/** Below this share of the cases, a target compared next to nothing. */
const COMPARED_MIN = 0.05;

function statusOf({ divergences, targets, cases, stopped }: Summary): ExitStatus {
  if (divergences > 0) return ExitStatus.DIVERGE;
  if (stopped === 'interrupted') return ExitStatus.INTERRUPTED;
  const idle = Object.values(targets).some(({ compared }) => compared < cases * COMPARED_MIN);
  return idle ? ExitStatus.UNAVAILABLE : ExitStatus.AGREE;
}

/** Those too that nothing is run for: what BPF_PROG_RUN answers then is compared. */
const TYPES: readonly ProgType[] = [...GENERATED_TYPES, ...UNRUN_TYPES];

function parseProgTypes(text: string): readonly ProgType[] {
  return text.split(',').map((name) => {
    const type = TYPES.find((generated) => generated === name.trim());
    if (type !== undefined) return type;
    const expected = TYPES.join(', ');
    throw new InvalidArgumentError(`No cases are generated for "${name}". Expected ${expected}.`);
  });
}
