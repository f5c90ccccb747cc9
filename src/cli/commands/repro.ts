import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { readCaseFile } from '../../corpus/case-file.ts';
import { openCorpus } from '../../corpus/corpus.ts';
import { printable } from '../../reports/printable.ts';
import type { Disagreement, ReproFile } from '../../repro/disagreement.ts';
import { hasBpfCompiler } from '../../targets/kernel/compile-bpf.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { disagreementOfCase, disagreementOfFinding } from '../repro/disagreement-of.ts';
import {
  FORMATS,
  type Format,
  type FormatName,
  type Tools,
  type Written,
} from '../repro/formats.ts';
import type { Surroundings } from '../surroundings.ts';
import { tellEvent } from '../with-targets.ts';

interface ReproFlags {
  readonly format: FormatName | typeof ELF_ALIAS;
  readonly out?: string;
  readonly target?: string;
  readonly run: boolean;
  readonly corpus: string;
}

/** The object comes with commands of bpftool. */
const ELF_ALIAS = 'bpftool';

/** `bpfdiff repro`: writes what shows a finding to others, when it has shown it here. */
export function addRepro(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('repro')
    .argument(
      '<finding>',
      "a finding's id, or how it begins; or a .case file with answers of kernels",
    )
    .description('write a reproducer that stands alone, and run it before it is handed out')
    .addOption(
      new Option('--format <format>', 'how it is written')
        .choices(Object.keys(FORMATS))
        .default('c'),
    )
    .option('--out <path>', 'the file, or the folder of several; standard output if not given')
    .option('--target <name>', 'the kernel that is to show it; one of those that it was seen on')
    .option('--no-run', 'neither compile nor run it')
    .option('--corpus <file>', 'the corpus of the finding', surroundings.corpusFile)
    .action(async (finding: string, flags: ReproFlags) =>
      end(await repro(finding, flags, surroundings)),
    );
}

async function repro(
  finding: string,
  { format: name, out, target, run, corpus }: ReproFlags,
  { cacheDir }: Surroundings,
): Promise<ExitStatus> {
  const format: Format = FORMATS[name === ELF_ALIAS ? 'elf' : name];
  const disagreement = await disagreementOf(finding, corpus, target);
  const lacks = format.lacks(disagreement);
  if (lacks.length > 0) {
    throw new UsageError(`--format ${name} has no words for ${lacks.join('; ')}`);
  }
  const tools: Tools = { clang: (await hasBpfCompiler()) ? 'found' : 'missing' };
  const note = run
    ? checkedNote(format.checked(tools, disagreement), disagreement)
    : UNCHECKED_NOTE;
  const written = format.write(disagreement, [note], tools);
  if (run) {
    const problem = await problemOf(written, cacheDir);
    if (problem === 'interrupted') return ExitStatus.INTERRUPTED;
    if (problem !== undefined) {
      process.stderr.write(`bpfdiff: the reproducer does not show it: ${printable(problem)}\n`);
      return ExitStatus.UNAVAILABLE;
    }
  }
  await handOut(written.files, out);
  return ExitStatus.AGREE;
}

async function disagreementOf(
  finding: string,
  path: string,
  target: string | undefined,
): Promise<Disagreement> {
  if (finding.endsWith('.case')) return disagreementOfCase(readCaseFile(finding), target);
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    return disagreementOfFinding(corpus.finding(finding), target);
  } finally {
    corpus.close();
  }
}

const UNCHECKED_NOTE = 'Written by bpfdiff, which neither compiled nor ran this.';

function checkedNote(checked: string, { subject, shows }: Disagreement): string {
  const what = shows === 'divergence' ? 'shows the divergence' : 'sees what was recorded';
  return `Written by bpfdiff. It was ${checked} on ${subject.name}, where it ${what}.`;
}

async function problemOf(written: Written, cacheDir: string): Promise<string | undefined> {
  const interrupt = listenForInterrupt();
  try {
    return await written.problem({ cacheDir, signal: interrupt.signal, onEvent: tellEvent });
  } catch (error) {
    if (interrupt.signal.aborted) return 'interrupted';
    throw error;
  } finally {
    interrupt.close();
  }
}

/** One file goes where `out` says, or into the folder that it is; several need a folder. */
async function handOut(files: readonly ReproFile[], out: string | undefined): Promise<void> {
  const [first] = files;
  if (files.length === 1 && first !== undefined && out === undefined) {
    process.stdout.write(first.content);
    return;
  }
  if (out === undefined) {
    const names = files.map(({ name }) => name).join(', ');
    throw new UsageError(`Expected --out FOLDER for the files ${names}`);
  }
  if (files.length === 1 && !(await isFolder(out))) {
    await writeFile(out, first.content);
    process.stderr.write(`wrote ${printable(out)}\n`);
    return;
  }
  await mkdir(out, { recursive: true });
  for (const { name, content } of files) {
    await writeFile(join(out, name), content, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  }
  process.stderr.write(`wrote ${files.map(({ name }) => printable(join(out, name))).join(', ')}\n`);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
