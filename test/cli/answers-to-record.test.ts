import { describe, expect, it } from 'vitest';
import { answersToRecord } from '../../src/cli/answers-to-record.ts';
import type { Observed } from '../../src/compare/compare.ts';
import type { Answer } from '../../src/corpus/records.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { CASE, completed, emulator, jit, uml } from '../compare/observed.ts';

const TEST_CASE = { ...CASE, maps: [], progs: [{ insns: assemble('r0 = 2\nexit') }], runs: [] };

const right = completed({ runs: [], maps: [] });
const wrong = { kind: 'crashed', console: 'BUG' } as const;

interface Expected {
  readonly claim: string;
  readonly before: readonly Answer[];
  readonly observed: readonly Observed[];
  readonly mistake?: string;
  readonly after: readonly Answer[];
}

const MARKED: Answer = { ...uml(wrong), mistake: 'old' };

const TABLE: readonly Expected[] = [
  {
    claim: 'an answer that differs has the mistake that is named',
    before: [],
    observed: [emulator(right), uml(wrong), jit(right)],
    mistake: 'new',
    after: [{ ...uml(wrong), mistake: 'new' }, jit(right)],
  },
  {
    claim: 'one that differs as before keeps its mistake',
    before: [MARKED],
    observed: [uml({ ...wrong, console: 'BUG again' })],
    after: [{ ...uml({ ...wrong, console: 'BUG again' }), mistake: 'old' }],
  },
  {
    claim: 'one that agrees has none any more',
    before: [MARKED],
    observed: [uml(right)],
    after: [uml(right)],
  },
  {
    claim: 'one that differs without a name has none',
    before: [],
    observed: [uml(wrong)],
    after: [uml(wrong)],
  },
  {
    claim: 'one that did not run now stays as it is',
    before: [MARKED],
    observed: [jit(wrong), uml({ kind: 'unsupported', missing: ['map hash'] })],
    mistake: 'new',
    after: [MARKED, { ...jit(wrong), mistake: 'new' }],
  },
];

describe('of the answers that are recorded', () => {
  it.each(TABLE)('$claim', async ({ before, observed, mistake, after }) => {
    const recorded = { name: 'a.case', claim: '', testCase: TEST_CASE, answers: before };
    expect(await answersToRecord(recorded, observed, mistake)).toEqual(after);
  });
});
