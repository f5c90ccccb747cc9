import type { Command } from 'commander';

/** What a person may want to type first, by command. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  bpfdiff: [
    'bpfdiff run                      # the emulator against user-mode Linux',
    'bpfdiff run --targets emulator,debian12:jit,debian12:interp --time 10m',
    'bpfdiff corpus ls                # what was found',
  ],
  'bpfdiff run': [
    'bpfdiff run --cases 100000',
    'bpfdiff run --targets emulator,debian12:jit,debian12:interp --time 1h',
    'bpfdiff run --seed 7 --profile packet --json > events.ndjson',
  ],
  'bpfdiff exec': [
    'bpfdiff exec my.case',
    'bpfdiff exec my.case --targets emulator@6.12,debian13:jit,debian13:interp',
  ],
  'bpfdiff locate': [
    'bpfdiff locate my.case           # where emulator and user-mode Linux part',
    'bpfdiff locate my.case --targets debian13:jit,sid:jit',
  ],
  'bpfdiff replay': [
    'bpfdiff replay                   # what comes with bpfdiff; needs no kernel',
    'bpfdiff replay my-cases/ --targets uml',
    'bpfdiff replay my-cases/ --junit replay.xml',
  ],
  'bpfdiff shrink': [
    'bpfdiff shrink 9e88              # goes on where a campaign has ended',
    'bpfdiff shrink my.case --targets emulator,debian12:jit --time 60s',
  ],
  'bpfdiff repro': [
    'bpfdiff repro 9e88 --out repro.c           # a C program with bpf(2) alone',
    'bpfdiff repro 9e88 --format selftest --target debian12:jit',
    'bpfdiff repro my.case --format elf --out repro/',
  ],
  'bpfdiff corpus': [
    'bpfdiff corpus ls',
    'bpfdiff corpus show 9e88',
    'bpfdiff corpus export --all --out corpus/',
  ],
  'bpfdiff corpus ls': [
    'bpfdiff corpus ls --status new --target debian12',
    'bpfdiff corpus ls --corpus other.db --json',
    'bpfdiff corpus ls --cases            # what is kept without being a finding',
  ],
  'bpfdiff corpus status': [
    'bpfdiff corpus status 9e88 fixed --note "since 1.2"',
    'bpfdiff corpus status 9e88 known --rule lost-bit --kernels 6.1..6.12',
  ],
  'bpfdiff corpus add': ['bpfdiff corpus add my.case'],
  'bpfdiff corpus import': ['bpfdiff corpus import their-cases/ their.db'],
  'bpfdiff corpus merge': ['bpfdiff corpus merge other.db --corpus mine.db'],
  'bpfdiff corpus export': [
    'bpfdiff corpus export 9e88 --out .',
    'bpfdiff corpus export --all --out corpus/',
    'bpfdiff corpus export --agreeing --out conformance/',
  ],
  'bpfdiff corpus rm': ['bpfdiff corpus rm 9e88 0f3c'],
  'bpfdiff corpus stats': ['bpfdiff corpus stats --json'],
  'bpfdiff corpus show': ['bpfdiff corpus show 9e88   # how its id begins is enough'],
  'bpfdiff report': [
    'bpfdiff report --out report.html',
    'bpfdiff report mine.db --reach mine.json --out report.html',
    'bpfdiff report --format md >> "$GITHUB_STEP_SUMMARY"',
    'bpfdiff report --format junit --out findings.xml',
  ],
  'bpfdiff coverage': [
    'bpfdiff coverage                 # what bpfdiff itself was compared with',
    'bpfdiff run --reach mine.json',
    'bpfdiff coverage mine.json --html mine.html',
  ],
  'bpfdiff kernels': [
    'bpfdiff kernels ls',
    'bpfdiff kernels add debian12 sid',
    'bpfdiff kernels add --image arch/x86/boot/bzImage --name mine',
  ],
  'bpfdiff kernels add': [
    'bpfdiff kernels add debian12 sid-arm64',
    'bpfdiff kernels add --image arch/x86/boot/bzImage --name mine',
    'bpfdiff kernels add --image bzImage --name mine --modules lib/modules/6.9.0',
    'bpfdiff run --targets emulator,mine:jit',
  ],
  'bpfdiff kernels ls': ['bpfdiff kernels ls'],
  'bpfdiff kernels rm': ['bpfdiff kernels rm debian11 mine'],
  'bpfdiff doctor': ['bpfdiff doctor', 'bpfdiff doctor debian12 sid-arm64'],
  'bpfdiff features': ['bpfdiff features debian12', 'bpfdiff features emulator,sid:interp --json'],
  'bpfdiff bench': [
    'bpfdiff bench',
    'bpfdiff bench generators',
    'bpfdiff bench kernels --targets uml,debian12:jit',
  ],
};

/** Puts the examples behind the help of a command and of all below it. */
export function addExamples(command: Command, above = ''): void {
  const path = `${above}${command.name()}`;
  const lines = EXAMPLES[path] ?? [];
  if (lines.length > 0) {
    command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
  for (const sub of command.commands) addExamples(sub, `${path} `);
}
