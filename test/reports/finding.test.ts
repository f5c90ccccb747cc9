import { describe, expect, it } from 'vitest';
import { compareOutcomes, type Divergence } from '../../src/compare/compare.ts';
import { findingText } from '../../src/reports/finding.ts';
import { COLOURED } from '../../src/reports/style.ts';
import { PLAIN_TEXT, type TextOptions } from '../../src/reports/text-options.ts';
import type { Outcome } from '../../src/targets/target.ts';
import { CASE, completed, content, emulator, run, uml } from './example.ts';

function explain(
  ofEmulator: Outcome,
  ofUml: Outcome,
  options: Partial<TextOptions> = {},
): readonly string[] {
  const observed = [emulator(ofEmulator), uml(ofUml)] as const;
  const divergence = compareOutcomes(CASE, ...observed) as Divergence;
  const commands = ['bpfdiff exec f1.case --targets emulator,uml'];
  const finding = {
    id: 'f1',
    testCase: CASE,
    divergence,
    observed,
    cause: '',
    located: null,
    commands,
  };
  return findingText(finding, { ...PLAIN_TEXT, width: 80, ...options }).split('\n');
}

const section = (lines: readonly string[], title: string): readonly string[] => {
  const start = lines.indexOf(title);
  return start < 0 ? [] : lines.slice(start + 1, lines.indexOf('', start));
};

const DATA = Uint8Array.from({ length: 20 }, (_, i) => i);
const WRONG_DATA = completed({ runs: [run({ dataOut: DATA.with(17, 0xff) })] });

describe('a finding', () => {
  it('is explained in full', () => {
    expect(explain(WRONG_DATA, completed())).toEqual([
      'f1: emulator and uml disagree (data): the packet comes out differently',
      '  First in run 0, data_out, byte 17:',
      '    emulator  ff1213',
      '    uml       111213',
      '',
      'Targets',
      '  emulator  6.1, x86_64, emulator  bpfdiff 0.1.0',
      '  uml       6.1.176, um, interp    #1 Debian 6.1um4',
      '',
      'Prog, sched_cls, 4 insns',
      '     0    r0 = 0x100000000 ll',
      '     2    if r0 == 0 goto L4',
      '     3    w0 += 1',
      '        L4:',
      '     4    exit',
      '',
      'Map out, array, key 4 bytes, value 8 bytes, 1 at most',
      '  00 00 00 00  =  01 02 03 04 05 06 07 08',
      '',
      'Run 0',
      '  data_out of 20 bytes, no ctx_out',
      '  data, 20 bytes',
      '    0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      '    0010  10 11 12 13',
      '  ctx, 192 bytes',
      '    mark = 0xabcd',
      '',
      'Outcomes',
      '                         emulator               uml',
      '    target               6.1, x86_64, emulator  6.1.176, um, interp',
      '    load                 accepted               accepted',
      '    run 0 retval         0x1                    0x1',
      '    run 0 data_size_out  20                     20',
      '  ! run 0 data_out       @17 ff1213             @17 111213',
      '    out[00000000]        0102030405060708       0102030405060708',
      '',
      'First differing byte: run 0 data_out, byte 17',
      '  emulator, 20 bytes',
      '    0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      '    0010  10 ff 12 13',
      '             ^^',
      '  uml, 20 bytes',
      '    0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      '    0010  10 11 12 13',
      '             ^^',
      '',
      'Run it again',
      '  bpfdiff exec f1.case --targets emulator,uml',
      '',
    ]);
  });

  it('shows a wrong value of a map with the byte', () => {
    const lines = explain(completed({ maps: [content(1, 2, 3, 4, 5, 6, 7, 9)] }), completed());
    expect(lines[1]).toBe('  First in map out, key 00000000, byte 7:');
    expect(section(lines, 'First differing byte: out[00000000], byte 7')).toEqual([
      '  emulator, 8 bytes',
      '    0000  01 02 03 04 05 06 07 09',
      '                               ^^',
      '  uml, 8 bytes',
      '    0000  01 02 03 04 05 06 07 08',
      '                               ^^',
    ]);
  });

  it('shows the end of the console of a kernel that died, without its control sequences', () => {
    const lines = explain(completed(), { kind: 'crashed', console: 'BUG: bad\n\n\u001b[2J  RIP' });
    expect(section(lines, 'Console of uml')).toEqual(['  BUG: bad', '  ?[2J RIP']);
    expect(lines.some((line) => /^ {2}! load +accepted +crashed$/.test(line))).toBe(true);
    expect(lines.join('\n')).not.toContain('First differing byte');
  });

  it('shows the log of a verifier that refused', () => {
    const rejected = completed({
      load: { verdict: 'rejected', errno: 13, log: '0: (95) exit\nR0 !read_ok\n' },
      runs: [],
      maps: [],
    });
    const accepted = uml(completed());
    const observed = [accepted, { ...uml(rejected), name: 'uml2' }] as const;
    const divergence = compareOutcomes(CASE, ...observed) as Divergence;
    const view = {
      id: 'f2',
      testCase: CASE,
      divergence,
      observed,
      cause: '',
      located: null,
      commands: [],
    };
    const lines = findingText(view, PLAIN_TEXT).split('\n');
    expect(lines[0]).toContain('one verifier accepts what the other rejects');
    expect(section(lines, 'Verifier of uml2')).toEqual(['  0: (95) exit', '  R0 !read_ok']);
    expect(lines.join('\n')).toContain('rejected, EACCES (13)');
  });

  it('reads the same with colours and without', () => {
    const coloured = explain(WRONG_DATA, completed(), { style: COLOURED }).join('\n');
    const plain = explain(WRONG_DATA, completed()).join('\n');
    expect(coloured).not.toBe(plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(plain);
  });
});
