import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/case.ts';
import { CaseTextError, parseCaseText, printCase } from '../../src/case/text.ts';
import { parseAnswers } from '../../src/corpus/parse-answer.ts';
import { printAnswer } from '../../src/corpus/print-answer.ts';
import { someCase } from '../case/arbitrary-case.ts';
import {
  CASE,
  completed,
  emulator,
  entry,
  hex,
  PER_CPU_CASE,
  rejected,
  run,
  uml,
} from '../compare/observed.ts';
import { someAnswer } from './arbitrary-outcome.ts';

const RUNNABLE = { ...CASE, progs: [{ insns: [] }] };

/** As a file holds it. */
function answersOf(text: string, testCase: Case = RUNNABLE) {
  const { rest } = parseCaseText(printCase(testCase, { claim: 'a case' }) + text, 'a.case');
  return parseAnswers(rest, testCase, 'a.case');
}

describe('the text of an answer', () => {
  it('gives back every answer', () => {
    const someRecorded = someCase.chain((testCase) =>
      fc.record({
        testCase: fc.constant(testCase),
        answers: fc.array(someAnswer(testCase), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(someRecorded, ({ testCase, answers }) => {
        const text = answers.map((answer) => printAnswer(answer, testCase)).join('\n');
        expect(answersOf(text, testCase)).toEqual(answers);
      }),
    );
  });

  it.each([
    {
      claim: 'an accepted prog, its runs and maps',
      answer: uml(
        completed({
          runs: [
            run({ ctxOut: hex(''), ctxSizeOut: 0, dataOut: new Uint8Array(34), dataSizeOut: 34 }),
            run({
              errno: 22,
              retval: 0,
              dataOut: hex(''),
              dataSizeOut: 0,
              ctxOut: hex(''),
              ctxSizeOut: 0,
            }),
          ],
          maps: [[entry('0001', '0a000000')], []],
        }),
      ),
      text: `answer uml 6.1.176 x86_64 interp
  linux 6.1 little interp page 4096 cpus 1
  build
    | #1 SMP of a test
  accepted
  run
    retval 0x2
    data_size_out 34
    data_out
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
      0000
  run
    errno 22
  map out
    0001 = 0a000000
  map seen
`,
    },
    {
      claim: 'a rejected prog and its log',
      answer: uml(rejected(13, '0: (bf) r0 = r1\nR1 !read_ok\n')),
      text: `answer uml 6.1.176 x86_64 interp
  linux 6.1 little interp page 4096 cpus 1
  build
    | #1 SMP of a test
  rejected 13
  log
    | 0: (bf) r0 = r1
    | R1 !read_ok
    |
`,
    },
    {
      claim: 'a kernel that is known to be wrong',
      answer: { ...uml(rejected(14)), mistake: 'dead-callback-keeps-its-address' },
      text: `answer uml 6.1.176 x86_64 interp
  linux 6.1 little interp page 4096 cpus 1
  build
    | #1 SMP of a test
  mistake dead-callback-keeps-its-address
  rejected 14
`,
    },
  ])('of $claim is this', ({ answer, text }) => {
    expect(printAnswer(answer, RUNNABLE)).toBe(text);
    expect(answersOf(text)).toEqual([answer]);
  });

  it('has the values of a per-CPU map side by side', () => {
    const answer = emulator(completed({ maps: [[entry('0000', '01000000', '02000000')], []] }));
    expect(printAnswer(answer, PER_CPU_CASE)).toContain('    0000 = 01000000\n      / 02000000\n');
  });
});

describe('an answer that is wrong', () => {
  const LINUX = '  linux 6.1 little interp page 4096 cpus 1\n';
  const HEADER = `answer uml 6.1.176 x86_64 interp\n${LINUX}`;
  // The first line of the answer, which is where the case ends.
  const first = printCase(RUNNABLE, { claim: 'a case' }).split('\n').length;

  it.each([
    ['answer uml 6.1.176\n', 0, 19, 'Expected an architecture, got the end of the line'],
    [
      'answer uml 6.1.176 x86_64 turbo\n',
      0,
      27,
      'Expected an engine (jit, interp, hardened, emulator), got `turbo`',
    ],
    ['answer uml 6.1.176 x86_64 interp fast\n', 0, 34, 'Expected the end of the line, got `fast`'],
    [
      'answer uml 6.1.176 x86_64 interp\n',
      0,
      1,
      'Expected a line of the answer (linux), got the end of the line',
    ],
    ['answer a 6.1 x86_64 jit\n  linux six\n', 1, 9, 'Expected a release such as `6.1`, got `six`'],
    [
      'answer a 6.1 x86_64 jit\n  linux 6.1 little jit page -1\n',
      1,
      29,
      'Expected a number up to 4294967295, got `-1`',
    ],
    ['answer a 6.1 x86_64 jit\n  ff\n', 1, 3, 'Expected no bytes here, got `ff`'],
    ['answer a 6.1 x86_64 jit\n  | log\n', 1, 3, 'Expected no text here, got `|`'],
    [
      `${HEADER}  ACCEPTED\n`,
      2,
      3,
      'Expected a line of the answer (accepted, rejected, crashed, hung, unsupported), got `ACCEPTED`',
    ],
    [
      `${HEADER}  mistake Bad_Name\n`,
      2,
      11,
      'Expected the name of a mistake, small letters and digits with `-` between, got `Bad_Name`',
    ],
    [`${HEADER}  rejected 0\n`, 2, 12, 'Expected the errno of the load, got `0`'],
    [`${HEADER}  rejected 5000\n`, 2, 12, 'Expected a number up to 4095, got `5000`'],
    [
      `${HEADER}  rejected 13\n  run\n`,
      3,
      3,
      'Expected the end of the answer, since all is said, got `run`',
    ],
    [
      `${HEADER}  accepted\n  run\n  map out\n`,
      4,
      3,
      'Expected a line of the answer (run), got `map`',
    ],
    [
      `${HEADER}  accepted\n  run\n    retval 1\n    retval 2\n`,
      5,
      5,
      'Expected a line of the answer (run), got `retval`',
    ],
    [
      `${HEADER}  accepted\n  run\n  run\n  map seen\n`,
      5,
      7,
      'Expected the next map of the case (out), got `seen`',
    ],
    [
      `${HEADER}  accepted\n  run\n  run\n  map out\n    0001\n`,
      6,
      5,
      'Expected an entry `KEY = VALUE`, got `0001`',
    ],
    [
      `${HEADER}  accepted\n  run\n  run\n  map out\n    01 = 02 /\n`,
      6,
      14,
      'Expected bytes as pairs of hex digits, or `empty`, got the end of the line',
    ],
    [
      `${HEADER}  accepted\n  run\n  run\n  map out\n    01 = / 02\n`,
      6,
      10,
      'Expected a value in hex, got `/`',
    ],
    [
      `${HEADER}  accepted\n  run\n    data_out\n      0g\n`,
      5,
      7,
      'Expected bytes as pairs of hex digits, or `empty`, got `0g`',
    ],
    [
      `${HEADER}  accepted\n  run\n    data_out\n      012\n`,
      5,
      7,
      'Expected bytes as pairs of hex digits, or `empty`, got `012`',
    ],
    [
      `${HEADER}  accepted\n  run\n    fault laziness\n`,
      4,
      11,
      'Expected a reason (access, unknown-insn, unknown-helper, bad-jump, call-depth, write-to-r10, bad-argument, steps), got `laziness`',
    ],
    [
      `${HEADER}  crashed\n  console\n    | a\\b\n`,
      4,
      5,
      'Expected an escape `\\\\` or `\\uXXXX`, got `\\`',
    ],
  ])('is told by its place: %j', (text, line, column, message) => {
    expect(() => answersOf(text)).toThrow(
      expect.toSatisfy(
        (error) =>
          error instanceof CaseTextError &&
          error.message === `a.case:${first + line}:${column}: ${message}`,
      ),
    );
  });

  it('is one too many', () => {
    expect(() => answersOf('answer a b c jit\n'.repeat(257))).toThrow(
      `a.case:${first + 256}:1: Expected at most 256 answers, got 257`,
    );
  });
});
