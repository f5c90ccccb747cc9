import { describe, expect, it } from 'vitest';
import { cutTo, tableLines } from '../../src/reports/table.ts';

describe('a table', () => {
  it('pads each column to its widest cell and ends lines without spaces', () => {
    expect(
      tableLines(
        [
          ['name', 'cases', 'note'],
          ['uml', '12,345', ''],
        ],
        { align: ['left', 'right'] },
      ),
    ).toEqual(['name   cases  note', 'uml   12,345']);
  });

  it('lets a short row end in a text that widens no column', () => {
    expect(
      tableLines([
        ['uml', '1', 'x'],
        ['host', 'fetching 41 MB'],
      ]),
    ).toEqual(['uml   1  x', 'host  fetching 41 MB']);
  });

  it('cuts its lines to the width', () => {
    expect(tableLines([['uml', 'fetching 41 MB']], { width: 10 })).toEqual(['uml  fetc~']);
    expect(tableLines([['uml', 'fetching 41 MB']], { width: 3 })).toEqual(['uml']);
  });

  it('puts tones on the cells without moving them', () => {
    const style = (tone: string, text: string) => `<${tone}:${text}>`;
    expect(tableLines([[{ text: 'uml', tone: 'bad' }, 'x']], { style })).toEqual(['<bad:uml>  x']);
  });
});

describe('a cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab~'],
    ['abcd', 1, '~'],
    ['abcd', 0, ''],
  ])('of %s to %i columns is %s', (text, columns, expected) => {
    expect(cutTo(text, columns, '~')).toBe(expected);
  });
});
