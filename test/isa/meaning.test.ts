import { describe, expect, it } from 'vitest';
import { ALU_OPS, type Bits } from '../../src/isa/alu.ts';
import { ATOMIC_OPS } from '../../src/isa/atomic.ts';
import { swapBytes } from '../../src/isa/integers.ts';
import { JUMP_OPS } from '../../src/isa/jump.ts';

const MIN64 = 0x8000_0000_0000_0000n;
const MAX64 = 0x7fff_ffff_ffff_ffffn;
const ALL64 = 0xffff_ffff_ffff_ffffn;
const MIN32 = 0x8000_0000n;
const MAX32 = 0x7fff_ffffn;
const ALL32 = 0xffff_ffffn;

/** RFC 9669 section 4.1, worked out by hand. */
const ALU: readonly (readonly [op: string, Bits, dst: bigint, src: bigint, result: bigint])[] = [
  ['add', 64, ALL64, 1n, 0n],
  ['add', 64, MAX64, 1n, MIN64],
  ['add', 32, ALL32, 2n, 1n],
  ['sub', 64, 0n, 1n, ALL64],
  ['sub', 32, 0n, 1n, ALL32],
  ['sub', 32, MIN32, 1n, MAX32],
  ['mul', 64, ALL64, ALL64, 1n],
  ['mul', 64, 0x1_0000_0000n, 0x1_0000_0000n, 0n],
  ['mul', 32, ALL32, ALL32, 1n],
  ['mul', 32, 0x1_0001n, 0x1_0000n, 0x1_0000n],
  ['div', 64, ALL64, 2n, MAX64],
  ['div', 64, MIN64, ALL64, 0n],
  ['div', 64, 7n, 0n, 0n],
  ['div', 32, ALL32, 0x10n, 0x0fff_ffffn],
  ['div', 32, 7n, 0n, 0n],
  ['sdiv', 64, MIN64, ALL64, MIN64],
  ['sdiv', 64, ALL64 - 6n, 2n, ALL64 - 2n],
  ['sdiv', 64, 7n, ALL64 - 1n, ALL64 - 2n],
  ['sdiv', 64, ALL64, 0n, 0n],
  ['sdiv', 32, MIN32, ALL32, MIN32],
  ['sdiv', 32, ALL32 - 6n, 2n, ALL32 - 2n],
  ['sdiv', 32, MIN32, 0n, 0n],
  ['or', 64, 0xf0n, 0x0fn, 0xffn],
  ['or', 32, MIN32, 1n, 0x8000_0001n],
  ['and', 64, ALL64, MIN64, MIN64],
  ['and', 32, 0xff00_ff00n, 0x0ff0_0ff0n, 0x0f00_0f00n],
  ['lsh', 64, 1n, 63n, MIN64],
  ['lsh', 64, 1n, 64n, 1n],
  ['lsh', 64, 3n, ALL64, MIN64],
  ['lsh', 32, 1n, 31n, MIN32],
  ['lsh', 32, 1n, 32n, 1n],
  ['lsh', 32, 1n, 33n, 2n],
  ['rsh', 64, MIN64, 63n, 1n],
  ['rsh', 64, MIN64, 64n, MIN64],
  ['rsh', 32, MIN32, 31n, 1n],
  ['rsh', 32, MIN32, 32n, MIN32],
  ['neg', 64, 1n, 0n, ALL64],
  ['neg', 64, MIN64, 0n, MIN64],
  ['neg', 32, 1n, 0n, ALL32],
  ['neg', 32, MIN32, 0n, MIN32],
  ['mod', 64, ALL64, 10n, 5n],
  ['mod', 64, ALL64, 0n, ALL64],
  ['mod', 32, ALL32, 10n, 5n],
  ['mod', 32, ALL32, 0n, ALL32],
  ['smod', 64, ALL64 - 12n, 4n, ALL64],
  ['smod', 64, 13n, ALL64 - 3n, 1n],
  ['smod', 64, MIN64, ALL64, 0n],
  ['smod', 64, MIN64, 0n, MIN64],
  ['smod', 32, ALL32 - 12n, 4n, ALL32],
  ['smod', 32, MIN32, ALL32, 0n],
  ['smod', 32, MIN32, 0n, MIN32],
  ['xor', 64, ALL64, 0xffn, 0xffff_ffff_ffff_ff00n],
  ['xor', 32, ALL32, ALL32, 0n],
  ['mov', 64, 5n, MIN64, MIN64],
  ['mov', 32, 5n, MIN32, MIN32],
  ['arsh', 64, MIN64, 63n, ALL64],
  ['arsh', 64, MIN64, 64n, MIN64],
  ['arsh', 64, MAX64, 62n, 1n],
  ['arsh', 32, MIN32, 31n, ALL32],
  ['arsh', 32, MIN32, 33n, 0xc000_0000n],
  ['arsh', 32, MAX32, 30n, 1n],
];

/** RFC 9669 section 4.3. */
const JUMPS: readonly (readonly [op: string, Bits, dst: bigint, src: bigint, taken: boolean])[] = [
  ['jeq', 64, ALL64, ALL64, true],
  ['jeq', 64, ALL64, ALL32, false],
  ['jne', 32, 1n, 2n, true],
  ['jne', 32, 2n, 2n, false],
  ['jgt', 64, ALL64, 1n, true],
  ['jgt', 64, 1n, 1n, false],
  ['jge', 64, 1n, 1n, true],
  ['jge', 32, 1n, ALL32, false],
  ['jlt', 64, 1n, ALL64, true],
  ['jlt', 32, 1n, 1n, false],
  ['jle', 32, 1n, 1n, true],
  ['jle', 64, ALL64, 1n, false],
  ['jset', 64, MIN64, MIN64, true],
  ['jset', 64, 0xf0n, 0x0fn, false],
  ['jsgt', 64, ALL64, 1n, false],
  ['jsgt', 64, 1n, ALL64, true],
  ['jsgt', 32, MAX32, MIN32, true],
  ['jsge', 64, MIN64, MIN64, true],
  ['jsge', 32, MIN32, 0n, false],
  ['jslt', 64, MIN64, MAX64, true],
  ['jslt', 32, ALL32, 0n, true],
  ['jslt', 64, ALL32, 0n, false],
  ['jsle', 32, ALL32, ALL32, true],
  ['jsle', 64, 1n, ALL64, false],
];

/** RFC 9669 section 5.3. */
const ATOMICS: readonly (readonly [op: string, old: bigint, src: bigint, content: bigint])[] = [
  ['add', ALL64, 1n, 0n],
  ['fetch_add', 5n, 6n, 11n],
  ['or', 0xf0n, 0x0fn, 0xffn],
  ['fetch_or', 1n, MIN64, 0x8000_0000_0000_0001n],
  ['and', 0xffn, 0x0fn, 0x0fn],
  ['fetch_and', ALL64, 0n, 0n],
  ['xor', ALL64, 1n, 0xffff_ffff_ffff_fffen],
  ['fetch_xor', 3n, 3n, 0n],
  ['xchg', 5n, 6n, 6n],
];

const named = <Op extends { readonly name: string }>(ops: readonly Op[], name: string): Op =>
  ops.find((op) => op.name === name)!;

describe('the tables of literals', () => {
  it('have every operation', () => {
    const names = (ops: readonly { readonly name: string }[]) => new Set(ops.map((op) => op.name));
    expect(new Set(ALU.map(([name]) => name))).toEqual(names(ALU_OPS));
    expect(new Set(JUMPS.map(([name]) => name))).toEqual(names(JUMP_OPS));
    expect(new Set(ATOMICS.map(([name]) => name).concat('cmpxchg'))).toEqual(names(ATOMIC_OPS));
  });
});

describe('an operation', () => {
  it.each(ALU)('%s%d of 0x%x by 0x%x is 0x%x', (name, bits, dst, src, result) => {
    expect(BigInt.asUintN(bits, named(ALU_OPS, name).meaning(dst, src, bits))).toBe(result);
  });

  it.each(JUMPS)('%s%d of 0x%x and 0x%x is %s', (name, bits, dst, src, taken) => {
    expect(named(JUMP_OPS, name).meaning(dst, src, bits)).toBe(taken);
  });

  it.each(ATOMICS)('%s of 0x%x with 0x%x leaves 0x%x', (name, old, src, content) => {
    expect(BigInt.asUintN(64, named(ATOMIC_OPS, name).meaning(old, src, 99n))).toBe(content);
  });

  it('cmpxchg stores where the old content is r0, and only there', () => {
    const { meaning } = named(ATOMIC_OPS, 'cmpxchg');
    expect(meaning(5n, 6n, 5n)).toBe(6n);
    expect(meaning(5n, 6n, 4n)).toBe(5n);
  });

  it('swapBytes turns the low bytes round and drops the rest', () => {
    expect(swapBytes(0x1122334455667788n, 8)).toBe(0x8877665544332211n);
    expect(swapBytes(0x1122334455667788n, 4)).toBe(0x88776655n);
    expect(swapBytes(0x1122334455667788n, 2)).toBe(0x8877n);
  });
});
