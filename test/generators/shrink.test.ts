import { describe, expect, it } from 'vitest';
import { shortenBytes, zeroBytes } from '../../generators/shrink/bytes.ts';
import { shrinkList } from '../../generators/shrink/list.ts';
import { shrinkBigInt, shrinkMask, shrinkNumber } from '../../generators/shrink/number.ts';

describe('smaller numbers', () => {
  it.each([
    [0, []],
    [1, [0]],
    [-1, [0]],
    [7, [0, 4, 6]],
    [-7, [0, -4, -6]],
    [0x80000000, [0, 1, 0x80, 0x100, 0x8000, 0x10000]],
  ])('than %i come from 0 up', (value, expected) => {
    const smaller = [...shrinkNumber(value)];
    expect(smaller.map((n) => n + 0)).toEqual(expected);
    expect([...shrinkBigInt(BigInt(value))].map(Number)).toEqual(smaller.map((n) => n + 0));
  });

  it.each([
    [0, []],
    [0b1, [0]],
    [0b101, [0, 0b100, 0b1]],
    [0b1111, [0, 0b11, 0b1100, 0b1110, 0b1101, 0b1011, 0b111]],
  ])('than the mask %i have fewer bits', (mask, expected) => {
    expect([...shrinkMask(mask)]).toEqual(expected);
  });
});

describe('smaller lists', () => {
  it('lose many items, then one, then have a smaller item', () => {
    const smaller = [...shrinkList([5, 6, 7, 1], (n) => (n === 5 ? [0] : []))];
    expect(smaller).toEqual([
      [],
      [7, 1],
      [5, 6],
      [6, 7, 1],
      [5, 7, 1],
      [5, 6, 1],
      [5, 6, 7],
      [0, 6, 7, 1],
    ]);
  });

  it('keep the least number of items', () => {
    expect([...shrinkList([1, 2], () => [], 1)]).toEqual([[2], [1]]);
    expect([...shrinkList([1], () => [], 1)]).toEqual([]);
  });
});

describe('smaller bytes', () => {
  it('are shorter, but no shorter than the least', () => {
    const lengths = [...shortenBytes(new Uint8Array(20), 14)].map(({ length }) => length);
    expect(lengths).toEqual([14, 17, 19]);
    expect([...shortenBytes(new Uint8Array(14), 14)]).toEqual([]);
  });

  it('have zeros in place of ever smaller parts', () => {
    const zeroed = [...zeroBytes(Uint8Array.of(2, 0, 3))].map((bytes) => [...bytes]);
    expect(zeroed).toEqual([
      [0, 0, 0],
      [0, 0, 3],
      [2, 0, 0],
      [0, 0, 3],
      [2, 0, 0],
      [1, 0, 3],
      [2, 0, 2],
    ]);
  });
});
