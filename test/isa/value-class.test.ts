import { describe, expect, it } from 'vitest';
import { VALUE_CLASSES, valueClassOf } from '../../src/isa/value-class.ts';

describe('the class of a value', () => {
  it.each([
    [0n, '0'],
    [1n, '1'],
    [2n, '2..63'],
    [63n, '2..63'],
    [64n, '31 bits'],
    [0x7fff_fffen, '31 bits'],
    [0x7fff_ffffn, 's32 max'],
    [0x8000_0000n, 'bit 31'],
    [0x8000_0001n, '32 bits'],
    [0xffff_fffen, '32 bits'],
    [0xffff_ffffn, 'u32 max'],
    [-1n, '-1'],
    [-2n, '-32 bits'],
    [-0x7fff_ffffn, '-32 bits'],
    [-0x8000_0000n, 's32 min'],
    [0x1_0000_0000n, 'low half 0'],
    [-0x1_0000_0000n, 'low half 0'],
    [0x7fff_ffff_ffff_ffffn, 's64 max'],
    [0x8000_0000_0000_0000n, 's64 min'],
    [0x1_0000_0001n, '64 bits'],
    [-0x8000_0001n, '-64 bits'],
    [0x8000_0000_0000_0001n, '-64 bits'],
  ])('of %s is %s', (value, name) => {
    const high = Number(BigInt.asUintN(64, value) >> 32n);
    expect(VALUE_CLASSES[valueClassOf(high, Number(value & 0xffff_ffffn))]).toBe(name);
  });
});
