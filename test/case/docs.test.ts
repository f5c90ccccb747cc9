import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseCaseText, printCase } from '../../src/case/text.ts';
import { parseAnswers } from '../../src/corpus/parse-answer.ts';
import { printAnswer } from '../../src/corpus/print-answer.ts';
import { validateProg } from '../../src/isa/validate.ts';

it('the example in docs/case-format.md is read, and printed as it stands there', () => {
  const doc = readFileSync(new URL('../../docs/case-format.md', import.meta.url), 'utf8');
  const example = doc.split('```\n')[1];
  const { claim, testCase, rest } = parseCaseText(example, 'docs/case-format.md');
  const answers = parseAnswers(rest, testCase, 'docs/case-format.md');
  const sections = [
    printCase(testCase, { claim }),
    ...answers.map((answer) => printAnswer(answer, testCase)),
  ];
  expect(sections.join('\n')).toBe(example);
  expect(testCase.progs.flatMap(({ insns }) => validateProg(insns))).toEqual([]);
});
