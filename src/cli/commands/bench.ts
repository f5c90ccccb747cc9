import { Argument, type Command } from 'commander';
import { tableLines } from '../../reports/table.ts';
import { benchCampaign } from '../bench/campaign.ts';
import { benchEmulator } from '../bench/emulator.ts';
import { benchGenerators } from '../bench/generators.ts';
import { benchGuidance } from '../bench/guidance.ts';
import { benchKernels } from '../bench/kernels.ts';
import type { Measurement } from '../bench/measurement.ts';
import { benchMutants } from '../bench/mutants.ts';
import { benchShrink } from '../bench/shrink.ts';
import { ExitStatus } from '../exit-status.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { wholeNumber } from '../numbers.ts';
import type { OpenOptions } from '../open-targets.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';
import { tellEvent } from '../with-targets.ts';

interface BenchFlags {
  readonly targets: string;
  readonly cases?: number;
  readonly json?: boolean;
}

const CAMPAIGN_CASES = 16_000;
const GUIDANCE_CASES = 8_000;

/** What can be measured, in this order. */
const SUBJECTS: Readonly<
  Record<string, (flags: BenchFlags, options: OpenOptions) => Promise<readonly Measurement[]>>
> = {
  emulator: benchEmulator,
  campaign: ({ targets, cases = CAMPAIGN_CASES }, options) =>
    benchCampaign(targets, cases, options),
  generators: async () => benchGenerators(),
  guidance: ({ cases = GUIDANCE_CASES }, { signal }) => benchGuidance(cases, signal),
  kernels: ({ targets }, options) => benchKernels(targets, options),
  shrink: ({ targets }, options) => benchShrink(targets, options),
  mutants: ({ targets }, options) => benchMutants(targets, options),
};

/** `bpfdiff bench`: what the parts cost, as ratios within one run. */
export function addBench(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('bench')
    .description(
      'measure the emulator, a campaign against its kernels, generators, guidance, kernels, ' +
        'shrinking, or how mutants of the emulator are found',
    )
    .addArgument(
      new Argument('[subject...]', 'what to measure')
        .choices(Object.keys(SUBJECTS))
        .default(['emulator', 'campaign']),
    )
    .option('--targets <names>', 'KERNEL or KERNEL:ENGINE, separated by commas', 'uml')
    .option(
      '--cases <n>',
      `of the campaign (default: ${CAMPAIGN_CASES}), or without guidance (${GUIDANCE_CASES})`,
      wholeNumber(256, 1_000_000),
    )
    .option('--json', 'print one JSON object')
    .action(async (subjects: readonly string[], flags: BenchFlags) => {
      const interrupt = listenForInterrupt();
      const { signal } = interrupt;
      const options = { cacheDir: surroundings.cacheDir, signal, onEvent: tellEvent };
      try {
        const measurements: Measurement[] = [];
        for (const [subject, measure] of Object.entries(SUBJECTS)) {
          if (!subjects.includes(subject)) continue;
          process.stderr.write(`measuring: ${subject}\n`);
          measurements.push(...(await measure(flags, options)));
        }
        const text = flags.json
          ? JSON.stringify({ measurements })
          : tableText(measurements, surroundings);
        process.stdout.write(`${text}\n`);
        end(ExitStatus.AGREE);
      } catch (error) {
        if (!signal.aborted) throw error;
        end(ExitStatus.INTERRUPTED);
      } finally {
        interrupt.close();
      }
    });
}

function tableText(measurements: readonly Measurement[], surroundings: Surroundings): string {
  const rows = measurements.map(({ what, value, unit, ratio, against = '' }) => [
    what,
    `${rounded(value)} ${unit}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    against,
  ]);
  const align = ['left', 'right', 'right', 'left'] as const;
  return tableLines(rows, { ...textOptions(surroundings), align }).join('\n');
}

/** Three digits, and no exponent. */
const rounded = (value: number): string =>
  value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
