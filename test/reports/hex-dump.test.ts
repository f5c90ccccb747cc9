import { describe, expect, it } from 'vitest';
import { hexDump } from '../../src/reports/hex-dump.ts';

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);

describe('a hex dump', () => {
  it.each<[string, Parameters<typeof hexDump>, readonly string[]]>([
    ['of nothing is an offset', [counting(0), { linesMax: 4, width: 80 }], ['0000']],
    [
      'has 16 bytes a line',
      [counting(18), { linesMax: 4, width: 80 }],
      ['0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f', '0010  10 11'],
    ],
    [
      'has 8 bytes a line where 16 do not fit',
      [counting(9), { linesMax: 4, width: 40 }],
      ['0000  00 01 02 03 04 05 06 07', '0008  08'],
    ],
    [
      'says how much it leaves out',
      [counting(40), { linesMax: 2, width: 40 }],
      ['0000  00 01 02 03 04 05 06 07', '0008  08 09 0a 0b 0c 0d 0e 0f', '... 24 bytes more'],
    ],
    [
      'shows what is around the marked byte',
      [counting(80), { linesMax: 2, width: 40, markOffset: 41 }],
      [
        '... 32 bytes before',
        '0020  20 21 22 23 24 25 26 27',
        '0028  28 29 2a 2b 2c 2d 2e 2f',
        '         ^^',
        '... 32 bytes more',
      ],
    ],
    [
      'marks the end of bytes that stop short',
      [counting(8), { linesMax: 2, width: 40, markOffset: 8 }],
      ['0000  00 01 02 03 04 05 06 07', '0008', '      ^^'],
    ],
  ])('%s', (_, args, lines) => {
    expect(hexDump(...args)).toEqual(lines);
  });
});
