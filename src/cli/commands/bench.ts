import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Command } from 'commander';
import { createCaseSource } from '../../../generators/index.ts';
import { runCampaign } from '../../campaign/campaign.ts';
import { featureSets } from '../../campaign/common-features.ts';
import type { Case } from '../../case/case.ts';
import { parseCaseText } from '../../case/text.ts';
import { tableLines } from '../../reports/table.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import type { LinuxSetting } from '../../targets/target.ts';
import { ExitStatus } from '../exit-status.ts';
import { wholeNumber } from '../numbers.ts';
import { openTargets } from '../open-targets.ts';
import { steadyOn } from '../steady.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { textOptions } from '../text-options.ts';
import { PACKAGE_ROOT } from '../version.ts';

interface BenchFlags {
  readonly kernel: string;
  readonly cases: number;
  readonly json?: boolean;
}

/** A figure, and what it is measured against in the same run or by its limit. */
interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `value` divided by what `against` says. */
  readonly ratio: number;
  readonly against: string;
}

const LINUX: LinuxSetting = {
  release: '6.1',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 1,
  execution: 'interp',
};

/** `bpfdiff bench`: what the parts cost, as ratios within one run. */
export function addBench(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('bench')
    .description('measure the emulator, and a campaign against the kernel that it waits for')
    .option('--kernel <name>', 'KERNEL or KERNEL:ENGINE', 'uml')
    .option('--cases <n>', 'of the campaign', wholeNumber(256, 1_000_000), 16_000)
    .option('--json', 'print one JSON object')
    .action(async (flags: BenchFlags) => {
      process.stderr.write('measuring the emulator\n');
      const emulator = await benchEmulator();
      process.stderr.write(`measuring a campaign of ${flags.cases} cases on ${flags.kernel}\n`);
      const measurements = [...emulator, ...(await benchCampaign(flags, surroundings))];
      const rows = measurements.map(({ what, value, unit, ratio, against }) => [
        what,
        `${value.toPrecision(3)} ${unit}`,
        `${ratio.toFixed(2)}x`,
        against,
      ]);
      const text = flags.json
        ? JSON.stringify({ measurements })
        : tableLines(rows, {
            ...textOptions(surroundings),
            align: ['left', 'right', 'right', 'left'],
          }).join('\n');
      process.stdout.write(`${text}\n`);
      end(ExitStatus.AGREE);
    });
}

/** A `bigint` interpreter of a prototype, prepare and run, without BPF_PROG_RUN around it. */
const PROTOTYPE_US = 2;
const SMALL_REPEATS = 20_000;
const HOT_REPEATS = 20;

async function benchEmulator(): Promise<readonly Measurement[]> {
  const emulator = createEmulator({ linux: LINUX });
  const timeMs = async (cases: readonly Case[]): Promise<number> => {
    await emulator.execute(cases);
    const startedMs = performance.now();
    await emulator.execute(cases);
    return performance.now() - startedMs;
  };
  const [small, hot] = ['small', 'hot'].map(readBenchCase);
  const smallUs = ((await timeMs(Array(SMALL_REPEATS).fill(small))) * 1000) / SMALL_REPEATS;
  const hotMs = (await timeMs(Array(HOT_REPEATS).fill(hot))) / HOT_REPEATS;
  return [
    {
      what: 'a case of 33 insns, prepared and run once',
      value: smallUs,
      unit: 'us',
      ratio: smallUs / PROTOTYPE_US,
      against: `a prototype without BPF_PROG_RUN (${PROTOTYPE_US} us)`,
    },
    {
      what: 'insns in a hot loop',
      value: HOT_INSNS / hotMs / 1000,
      unit: 'M/s',
      ratio: hotMs / HOT_INSNS / (smallUs / 1000 / SMALL_INSNS),
      against: 'the time of an insn of the small case',
    },
  ];
}

/** Insns that the cases in bench/ execute. */
const SMALL_INSNS = 33;
const HOT_INSNS = 3 + 6 * 50_000;

const readBenchCase = (name: string): Case => {
  const file = fileURLToPath(new URL(`bench/${name}.case`, PACKAGE_ROOT));
  return parseCaseText(readFileSync(file, 'utf8'), file).testCase;
};

const FIRST_CASE_MAX_MS = 5000;
/** How often the heap is looked at during a campaign, at even distances. */
const HEAP_SAMPLES = 4;

/** Bytes that are still in use after a garbage collection. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

async function benchCampaign(
  { kernel, cases }: BenchFlags,
  { cacheDir }: Surroundings,
): Promise<readonly Measurement[]> {
  const signal = new AbortController().signal;
  const startedMs = performance.now();
  const opened = await openTargets(parseTargetNames(`emulator,${kernel}`), {
    cacheDir,
    signal,
    onEvent: () => {},
  });
  try {
    const [emulators, kernels] = [
      opened.targets.filter((target) => !opened.kernels.some(({ name }) => name === target.name)),
      opened.kernels,
    ].map((targets) => targets.map(({ features }) => features));
    const source = createCaseSource({
      seed: 1n,
      profile: 'default',
      capabilities: featureSets(kernels, emulators),
    });
    let firstMs = 0;
    const heaps: number[] = [];
    const before = opened.kernels[0].stats();
    const summary = await runCampaign({
      seed: '1',
      profile: 'default',
      limit: { kind: 'cases', cases },
      next: source.next,
      targets: opened.targets,
      isSteady: steadyOn(opened.targets[0].info.linux),
      record: () => undefined,
      findingsMax: 1,
      signal,
      now: () => performance.now(),
      onEvent: (event) => {
        if (event.kind !== 'progress') return;
        firstMs ||= performance.now() - startedMs;
        if (event.progress.cases >= heaps.length * (cases / HEAP_SAMPLES)) heaps.push(liveHeap());
      },
    });
    const after = opened.kernels[0].stats();
    const agentMs = (after.agentMs - before.agentMs) / summary.cases;
    const wallMs = summary.durationMs / summary.cases;
    return [
      {
        what: `a case on ${kernel}, in its agent`,
        value: agentMs * 1000,
        unit: 'us',
        ratio: agentMs / wallMs,
        against: "the campaign's time",
      },
      {
        what: 'a case in the campaign',
        value: wallMs * 1000,
        unit: 'us',
        ratio: wallMs / agentMs,
        against: "the agent's own time (limit 1.5x)",
      },
      {
        what: 'first compared cases after the start',
        value: firstMs / 1000,
        unit: 's',
        ratio: firstMs / FIRST_CASE_MAX_MS,
        against: `the limit (${FIRST_CASE_MAX_MS / 1000} s)`,
      },
      {
        what: 'live heap near the end',
        value: heaps[HEAP_SAMPLES - 1] / 2 ** 20,
        unit: 'MiB',
        ratio: heaps[HEAP_SAMPLES - 1] / heaps[HEAP_SAMPLES >> 1],
        against: 'the live heap half way',
      },
    ];
  } finally {
    await opened.close();
  }
}
