import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/compare/compare.ts';
import { outcomesTable } from '../../src/reports/outcomes.ts';
import { PLAIN_TEXT } from '../../src/reports/text-options.ts';
import { bytes, CASE, completed, emulator, run, uml } from './example.ts';

const table = (width: number, ...observed: readonly Observed[]): readonly string[] =>
  outcomesTable(CASE, observed, { ...PLAIN_TEXT, width });

/** The cells of a row. */
const cells = (line: string | undefined): readonly string[] => line?.split(/ {2,}/) ?? [];

describe('a table of outcomes', () => {
  it('has a column for each target and marks the rows in which they differ', () => {
    const failed = run({ errno: 22, retval: 0, dataOut: bytes(), dataSizeOut: 0 });
    expect(table(80, emulator(completed({ runs: [failed] })), uml(completed()))).toEqual([
      '                       emulator               uml',
      '  target               6.1, x86_64, emulator  6.1.176, um, interp',
      '  load                 accepted               accepted',
      '! run 0 errno          EINVAL (22)            -',
      '! run 0 retval         0x0                    0x1',
      '! run 0 data_size_out  -                      20',
      '! run 0 data_out       end                    000102030405060708090a0b0c~',
      '  out[00000000]        0102030405060708       0102030405060708',
    ]);
  });

  it('puts the answers below each other where columns would be too narrow', () => {
    const lines = table(40, emulator(completed()), uml(completed({ runs: [run({ retval: 7 })] })));
    expect(lines.slice(0, 10)).toEqual([
      '  target',
      '    emulator  6.1, x86_64, emulator',
      '    uml       6.1.176, um, interp',
      '  load                 accepted',
      '! run 0 retval',
      '    0x1',
      '      emulator',
      '    0x7',
      '      uml',
      '  run 0 data_size_out  20',
    ]);
  });

  it('of many targets has a line for each answer, and one for what several emulators are', () => {
    const seven = completed({ runs: [run({ retval: 7 })] });
    const many = [
      { ...emulator(completed()), name: 'emulator@6.1' },
      { ...emulator(completed()), name: 'emulator@6.1:x86_64' },
      ...[1, 2, 3, 4, 5].map((n) => ({ ...uml(completed()), name: `kernel-${n}` })),
      { ...uml(seven), name: 'odd' },
    ];
    const lines = table(60, ...many);
    expect(lines.slice(0, 3)).toEqual([
      '  target',
      '    2 emulators  told to be 6.1',
      '    kernel-1     6.1.176, um, interp',
    ]);
    expect(lines.slice(8, 15)).toEqual([
      '  load                 accepted',
      '! run 0 retval',
      '    0x1',
      '      emulator@6.1, emulator@6.1:x86_64, kernel-1, kernel-2,',
      '      kernel-3, kernel-4, kernel-5',
      '    0x7',
      '      odd',
    ]);
  });

  it('says of an entry that a map of one target lacks', () => {
    const lines = table(80, emulator(completed({ maps: [[]] })), uml(completed()));
    expect(cells(lines.at(-1))).toEqual(['! out[00000000]', 'none', '0102030405060708']);
  });

  it('shows each CPU of a per-CPU map', () => {
    const entry = { key: bytes(1), values: [bytes(1, 2), bytes(3, 4)] };
    const outcome = completed({ maps: [[entry]], runs: [] });
    expect(table(80, uml(outcome)).slice(-2)).toEqual([
      '  out[01] cpu 0  0102',
      '  out[01] cpu 1  0304',
    ]);
  });

  it('compares only the targets that came so far', () => {
    const lines = table(80, emulator(completed()), uml({ kind: 'hung', console: '' }));
    expect(lines.filter((line) => line.startsWith('!')).map(cells)).toEqual([
      ['! load', 'accepted', 'hung'],
    ]);
  });

  it('hides the crowd of rows in which all agree and no row in which they differ', () => {
    const entries = Array.from({ length: 90 }, (_, i) => ({ key: bytes(i), values: [bytes(i)] }));
    const other = entries.with(80, { key: bytes(80), values: [bytes(0)] });
    const lines = table(
      80,
      emulator(completed({ maps: [entries] })),
      uml(completed({ maps: [other] })),
    );
    expect(lines.length).toBeLessThan(32);
    expect(lines.map(cells)).toContainEqual(['! out[50]', '50', '00']);
    expect(lines.at(-1)).toBe('  69 more rows agree');
  });

  it.each([20, 40, 80, 200])('is at most %i columns wide', (width) => {
    for (const line of table(width, emulator(completed()), uml(completed()))) {
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});
