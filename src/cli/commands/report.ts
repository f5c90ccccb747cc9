import { type Command, Option } from 'commander';
import { openCorpus } from '../../corpus/corpus.ts';
import type { Finding } from '../../corpus/records.ts';
import { reportHtml } from '../../reports/html/report.ts';
import { findingsJunit } from '../../reports/junit/findings.ts';
import { reportMarkdown } from '../../reports/markdown/report.ts';
import { type Report, reportOf } from '../../reports/report.ts';
import { reportData } from '../../reports/report-data.ts';
import { coverageOfFile } from '../coverage-of-file.ts';
import { ExitStatus } from '../exit-status.ts';
import { asJson } from '../json.ts';
import { readPlotLibrary } from '../plot-library.ts';
import { quoted } from '../quoted.ts';
import type { Surroundings } from '../surroundings.ts';
import { VERSION } from '../version.ts';
import { writeOutput } from '../write-output.ts';

interface ReportFlags {
  readonly format: Format;
  readonly out?: string;
  readonly reach?: string;
}

/** How a report is written. */
const FORMATS = {
  html: (report) => reportHtml(report, readPlotLibrary()),
  md: reportMarkdown,
  junit: findingsJunit,
  json: (report) => `${asJson(reportData(report))}\n`,
} as const satisfies Record<string, (report: Report) => string>;
type Format = keyof typeof FORMATS;

/** `bpfdiff report`: what a corpus holds, as a file for people or for CI. */
export function addReport(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('report')
    .argument('[corpus]', 'what campaigns have found', surroundings.corpusFile)
    .description('write what a corpus holds as a page, for a pull request, or for CI')
    .addOption(
      new Option('--format <format>', 'a page, Markdown, JUnit XML or JSON')
        .choices(Object.keys(FORMATS))
        .default('html'),
    )
    .option('--out <file>', 'where to; standard output if not given')
    .option('--reach <file>', 'what `run --reach` wrote, for the heat maps of coverage')
    .action((path: string, flags: ReportFlags) => {
      report(path, flags);
      end(ExitStatus.AGREE);
    });
}

function report(path: string, { format, out, reach }: ReportFlags): void {
  const text = FORMATS[format](readReport(path, reach));
  if (out === undefined) process.stdout.write(text);
  else writeOutput(out, text);
}

function readReport(path: string, reach: string | undefined): Report {
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    return reportOf(corpus, {
      corpus: path,
      version: VERSION,
      writtenAtMs: Date.now(),
      commandsOf: (finding) => commandsOf(finding, path),
      ...(reach !== undefined && { coverage: coverageOfFile(reach) }),
    });
  } finally {
    corpus.close();
  }
}

const commandsOf = ({ id, targets }: Finding, path: string): readonly string[] => [
  `bpfdiff corpus export ${quoted(id)} --corpus ${quoted(path)} --out .`,
  `bpfdiff exec ${quoted(`${id}.case`)} --targets ${quoted(targets.join(','))}`,
  `bpfdiff repro ${quoted(id)} --corpus ${quoted(path)}`,
];
