import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { coverageHtml } from '../../reports/coverage/html.ts';
import { coverageText } from '../../reports/coverage/text.ts';
import { detectTerminal } from '../../ui/terminal.ts';
import { coverageOfFile } from '../coverage-of-file.ts';
import { ExitStatus } from '../exit-status.ts';
import { quoted } from '../quoted.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';
import { PACKAGE_ROOT } from '../version.ts';
import { writeOutput } from '../write-output.ts';

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
  const page = coverageOfFile(file, targets);
  if (html !== undefined) {
    writeOutput(html, coverageHtml(page));
    process.stdout.write(
      `${quoted(html)}: what ${page.targets.length} kernels were compared with\n`,
    );
    return;
  }
  const { glyphs } = detectTerminal(surroundings.env, surroundings.stdoutIsTerminal);
  process.stdout.write(coverageText(page, { ...textOptions(surroundings), glyphs }));
}
