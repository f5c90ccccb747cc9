import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { addReach, createReachCounter } from '../../campaign/reach.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { coverageHtml } from '../../reports/coverage/html.ts';
import { type CoveragePage, coveragePage, type Known } from '../../reports/coverage/page.ts';
import { coverageText } from '../../reports/coverage/text.ts';
import { offeredAt } from '../../targets/emulator/helpers/offered.ts';
import { defaultRules } from '../../targets/emulator/rules.ts';
import { detectTerminal } from '../../ui/terminal.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { quoted } from '../quoted.ts';
import { readExistingReachFile } from '../reach-file.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';
import { PACKAGE_ROOT } from '../version.ts';

interface CoverageFlags {
  readonly targets?: string;
  readonly html?: string;
}

/** `bpfdiff coverage`: what campaigns reached, and what they did not. */
export function addCoverage(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('coverage')
    .argument('[file]', 'what `run --reach` wrote; that of bpfdiff itself if none is given')
    .description('show what campaigns reached, and what has not been compared')
    .option('--targets <names>', 'only these kernels of the file, separated by commas')
    .option('--html <file>', 'write a page for browsers instead')
    .action((file: string | undefined, flags: CoverageFlags) => {
      coverage(file ?? OWN_FILE, flags, surroundings);
      end(ExitStatus.AGREE);
    });
}

const OWN_FILE = fileURLToPath(new URL('docs/reach.json', PACKAGE_ROOT));

function coverage(
  file: string,
  { targets, html }: CoverageFlags,
  surroundings: Surroundings,
): void {
  const page = pageOf(file, targets);
  if (html !== undefined) {
    writePage(html, coverageHtml(page));
    process.stdout.write(
      `${quoted(html)}: what ${page.targets.length} kernels were compared with\n`,
    );
    return;
  }
  const { glyphs } = detectTerminal(surroundings.env, surroundings.stdoutIsTerminal);
  process.stdout.write(coverageText(page, { ...textOptions(surroundings), glyphs }));
}

function pageOf(file: string, names: string | undefined): CoveragePage {
  const { campaigns, targets: all } = readExistingReachFile(file);
  const chosen = names?.split(',').map((name) => name.trim()) ?? Object.keys(all);
  const targets = chosen.map((name) => {
    if (all[name] !== undefined) return { name, ...all[name] };
    const found = Object.keys(all).join(', ') || 'none';
    throw new UsageError(`${file}: Expected a kernel of this file (${found}), got "${name}"`);
  });
  const nothing = createReachCounter().counts();
  return coveragePage({
    campaigns,
    targets,
    known: KNOWN,
    together: targets.map(({ reach }) => reach).reduce(addReach, nothing),
  });
}

const KNOWN: Known = {
  progTypes: Object.keys(defaultRules.run),
  mapTypes: Object.keys(defaultRules.maps),
  offered: (progType, release) => offeredAt(progType as ProgType, release),
};

function writePage(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: it can't be written (${(error as Error).message})`);
  }
}
