import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import type { Located, LocatedInsn } from '../../src/localise/located.ts';
import { locatedSections } from '../../src/reports/located.ts';
import { sectionsText } from '../../src/reports/section.ts';
import { PLAIN_TEXT } from '../../src/reports/text-options.ts';
import { CASE } from './example.ts';

const TEST_CASE = {
  ...CASE,
  progs: [{ insns: assemble('r0 = 0x1 ll\nr1 = 2\na:\nr0 += r1\nif r0 < 9 goto a\nexit') }],
};

const INSN: LocatedInsn = {
  kind: 'insn',
  form: 'add64.x',
  prog: 0,
  insn: 2,
  by: 'trace',
  run: 0,
  iteration: 3,
  next: [
    { prog: 0, insn: 3 },
    { prog: 0, insn: 3 },
  ],
  values: [
    { name: 'r0', before: [5n, 5n], after: [7n, 0xfn], differs: true },
    { name: 'r1', before: [2n, 2n], after: [2n, 2n], differs: false },
  ],
  differs: '',
};

const linesOf = (located: Located): readonly string[] =>
  sectionsText(
    locatedSections(TEST_CASE, located, ['emulator', 'uml'], PLAIN_TEXT),
    PLAIN_TEXT,
  ).split('\n');

describe('the first differing insn', () => {
  it('is marked among those around it, with what both hold', () => {
    expect(linesOf(INSN)).toEqual([
      'First differing insn: add64.x, run 0, execution 3',
      '      0    r0 = 0x1 ll',
      '      2    r1 = 2',
      '         L3:',
      '  >   3    r0 += r1',
      '      4    if r0 < 9 goto L3',
      '      5    exit',
      '  Found so: all insns were recorded in one go',
      '',
      'Before and after it',
      '      before  after, emulator  after, uml',
      '  r0  0x5     0x7              0xf         <',
      '  r1  0x2     0x2              0x2',
      '',
    ]);
  });

  it('that goes elsewhere says where', () => {
    const next = [
      { prog: 0, insn: 2 },
      { prog: 0, insn: 4 },
    ] as const;
    const lines = linesOf({ ...INSN, form: 'jlt64.k', insn: 3, values: [], next });
    expect(lines.find((line) => line.includes('goes to'))).toMatch(/goes to +slot 3 +slot 5 +</);
  });

  it('is replaced by what is no insn, or the reason', () => {
    expect(linesOf({ kind: 'run', form: 'run xdp', run: 1 })[0]).toBe(
      'First differing: the command of run 1',
    );
    expect(linesOf({ kind: 'command', form: 'command delete array', run: 0, command: 2 })[0]).toBe(
      'First differing: command 2 after run 0',
    );
    expect(linesOf({ kind: 'nowhere', form: '', why: 'they agree' })).toEqual([
      'First differing insn: not found',
      '  they agree',
      '',
    ]);
  });
});
