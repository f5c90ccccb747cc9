import type { Case, Run } from '../../case/case.ts';
import { printCase } from '../../case/text.ts';
import { printAnswer } from '../../corpus/print-answer.ts';
import { asmText, sectionOf } from '../../repro/asm.ts';
import { bpftoolScript, PINS } from '../../repro/bpftool-script.ts';
import { cLacks } from '../../repro/c/lacks.ts';
import { cProgram } from '../../repro/c/program.ts';
import type { Disagreement, Lacks, ReproFile } from '../../repro/disagreement.ts';
import { llvmLacks } from '../../repro/llvm.ts';
import { readProg } from '../../repro/read-object.ts';
import { VERIFIER_TEST_HEADERS } from '../../repro/selftest/headers.ts';
import { PROG_TEST, progTest } from '../../repro/selftest/prog-test.ts';
import { selftestLacks, styleOf } from '../../repro/selftest/selftest.ts';
import { sectionOfType, verifierTest } from '../../repro/selftest/verifier-test.ts';
import { planOf } from '../../targets/kernel/bpftool/commands.ts';
import { lacksOf } from '../../targets/kernel/bpftool/lacks.ts';
import { progKindOf } from '../../targets/kernel/bpftool/prog-kinds.ts';
import { compileBpf } from '../../targets/kernel/compile-bpf.ts';
import { problemOfCase, problemOfVerifierTest } from './live.ts';
import { problemOfC, problemOfProgTest, type RunOptions } from './run-c.ts';

/** What there is to check with. */
export interface Tools {
  readonly clang: 'found' | 'missing';
}

/** A reproducer that was written, and the way to find out whether it shows what it is to show. */
export interface Written {
  readonly files: readonly ReproFile[];
  /** Resolves with what is wrong, in one line; undefined where nothing is. */
  readonly problem: (options: RunOptions) => Promise<string | undefined>;
}

/** A format of reproducers. */
export interface Format {
  /** What of a disagreement it has no words for. */
  readonly lacks: (disagreement: Disagreement) => Lacks;
  /** `notes` are put where a reader begins. */
  readonly write: (disagreement: Disagreement, notes: readonly string[], tools: Tools) => Written;
  /** What is done before it is handed out, as `was ...`. */
  readonly checked: (tools: Tools, disagreement: Disagreement) => string;
}

/** By name. */
export const FORMATS = {
  case: {
    lacks: () => [],
    checked: () => 'run',
    write: (disagreement) => {
      const { testCase, subject, other, claim } = disagreement;
      const answers = other === subject ? [subject] : [subject, other];
      const sections = [
        printCase(testCase, { claim }),
        ...answers.map((answer) => printAnswer(answer, testCase)),
      ];
      return {
        files: [{ name: 'repro.case', content: sections.join('\n') }],
        problem: (options) => problemOfCase(testCase, disagreement, options),
      };
    },
  },
  c: {
    lacks: cLacks,
    checked: () => 'compiled and run',
    write: (disagreement, notes) => {
      const content = cProgram(disagreement, notes);
      return {
        files: [{ name: 'repro.c', content }],
        problem: (options) => problemOfC(content, disagreement, options),
      };
    },
  },
  elf: {
    lacks: ({ testCase, subject }) => lacksOf(paired(testCase), subject.info),
    checked: () =>
      'checked by reading the progs back from the objects and running them with bpf(2), not with bpftool',
    write: (disagreement, notes) => {
      const { testCase, subject } = disagreement;
      const { arch, endianness } = subject.info.linux;
      const plan = planOf(paired(testCase), { arch, endianness, files: './', pins: PINS });
      const words = plan.commands.map((command) => command.words);
      const script = bpftoolScript(disagreement, words, notes);
      const objects = plan.files.map(({ name, bytes }) => ({
        name: name.slice(2),
        content: bytes,
      }));
      const { section } = progKindOf(testCase, arch)!;
      return {
        files: [{ name: 'repro.sh', content: script }, ...objects],
        problem: (options) => {
          const progs = testCase.progs.map((_, i) => {
            const object = objects.find(({ name }) => name === `p${i}.o`)!;
            return { insns: readProg(object.content, section, endianness) };
          });
          return problemOfCase({ ...testCase, progs }, disagreement, options);
        },
      };
    },
  },
  asm: {
    lacks: ({ testCase }) => llvmLacks(testCase),
    checked: ({ clang }) =>
      clang === 'found'
        ? 'assembled with clang and run'
        : 'run as a case, but not assembled, as there is no clang,',
    write: (disagreement, notes, { clang }) => {
      const { testCase, subject } = disagreement;
      const { endianness } = subject.info.linux;
      const content = asmText(disagreement, notes);
      return {
        files: [{ name: 'repro.s', content }],
        problem: async (options) => {
          if (clang === 'missing') return problemOfCase(testCase, disagreement, options);
          const { signal } = options;
          const object = await compileBpf('repro.s', content, { endianness, signal });
          const progs = testCase.progs.map((_, i) => ({
            insns: readProg(object, sectionOf(i), endianness),
          }));
          return problemOfCase({ ...testCase, progs }, disagreement, options);
        },
      };
    },
  },
  selftest: {
    lacks: selftestLacks,
    checked: ({ clang }, disagreement) =>
      ({
        'prog test':
          'compiled against a stand-in for test_progs.h and run on bpf(2), not by test_progs with libbpf,',
        'verifier test':
          clang === 'found'
            ? 'compiled with clang against stand-ins for the headers, and its prog run, not by test_progs,'
            : 'run as a case, but not compiled, as there is no clang,',
      })[styleOf(disagreement)],
    write: (disagreement, notes, tools) =>
      styleOf(disagreement) === 'verifier test'
        ? writtenVerifierTest(disagreement, notes, tools)
        : writtenProgTest(disagreement, notes),
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

function writtenVerifierTest(
  disagreement: Disagreement,
  notes: readonly string[],
  { clang }: Tools,
): Written {
  const { testCase, subject } = disagreement;
  const { endianness } = subject.info.linux;
  const content = verifierTest(disagreement, notes);
  return {
    files: [{ name: 'verifier_repro.c', content }],
    problem: async (options) => {
      if (clang === 'missing') {
        return problemOfVerifierTest(testCase.progs[0].insns, disagreement, options);
      }
      const { signal } = options;
      const headers = VERIFIER_TEST_HEADERS;
      const object = await compileBpf('repro.c', content, { endianness, headers, signal });
      const insns = readProg(object, sectionOfType(testCase.progType), endianness);
      return problemOfVerifierTest(insns, disagreement, options);
    },
  };
}

function writtenProgTest(disagreement: Disagreement, notes: readonly string[]): Written {
  const content = progTest(disagreement, notes);
  const { subject } = disagreement;
  const { outcome } = subject;
  const ended = outcome.kind === 'completed' && outcome.trouble === undefined;
  const ofSubject = ended ? progTest({ ...disagreement, other: subject }, notes) : undefined;
  return {
    files: [{ name: `${PROG_TEST}.c`, content }],
    problem: (options) => problemOfProgTest(content, ofSubject, disagreement, options),
  };
}

/**
 * A case as bpftool runs it: what comes out is asked for exactly where something goes in (`do_run` of
 * tools/bpf/bpftool/prog.c, 6.1), which changes no answer but those bytes.
 */
function paired(testCase: Case): Case {
  const room = (input: Run['data'] | Run['ctx'], outBytes: number | null): number | null =>
    input === null ? null : outBytes || BPFTOOL_ROOM_BYTES;
  const runs = testCase.runs.map((run) => ({
    ...run,
    dataOutBytes: room(run.data, run.dataOutBytes),
    ctxOutBytes: room(run.ctx, run.ctxOutBytes),
  }));
  return { ...testCase, runs };
}

/** What bpftool offers where it isn't told how much. */
const BPFTOOL_ROOM_BYTES = 32 * 1024;
