import type { Command } from 'commander';
import { featuresText } from '../../reports/features.ts';

import { ExitStatus } from '../exit-status.ts';
import { asJson } from '../json.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { textOptions } from '../text-options.ts';
import { withTargets } from '../with-targets.ts';

interface FeaturesFlags {
  readonly json?: boolean;
}

/** `bpfdiff features`: what targets can load. */
export function addFeatures(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('features')
    .argument('<targets>', 'emulator, KERNEL or KERNEL:ENGINE, separated by commas')
    .description('list the prog types, map types, insns, helpers and kernel symbols of targets')
    .option('--json', 'print one JSON object for each target')
    .action(async (names: string, flags: FeaturesFlags) =>
      end(await features(names, flags, surroundings)),
    );
}

/** Kernels are asked by loading tiny progs; the emulator knows. */
async function features(
  names: string,
  { json }: FeaturesFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const named = parseTargetNames(names, surroundings.cacheDir);
  return withTargets(named, surroundings, async ({ targets }) => {
    const texts = targets.map(({ name, info, features }) =>
      json
        ? asJson({ name, info, features })
        : featuresText({ name, info, features }, textOptions(surroundings)),
    );
    process.stdout.write(`${texts.join(json ? '\n' : '\n\n')}\n`);
    return ExitStatus.AGREE;
  });
}
