import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';
import { decodeProg, type Endianness, encodeProg } from '../../src/isa/encode.ts';
import { FORMS, formOf } from '../../src/isa/forms.ts';
import { ENCODINGS } from './encodings.ts';

const hexOf = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?!$)/g, '$& ');
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('the encoding table', () => {
  it('has every form once', () => {
    const names = ENCODINGS.map(([name]) => name);
    expect(names.toSorted()).toEqual(FORMS.map(({ name }) => name).toSorted());
  });
});

describe('a form', () => {
  it.each(ENCODINGS)('%s: `%s` is %s', (name, text, hex) => {
    const insns = assemble(text);
    expect(hexOf(encodeProg(insns, 'little'))).toBe(hex);
    expect(insns.map((insn) => formOf(insn)?.name)).toEqual([name]);
    expect(disassemble(decodeProg(bytesOf(hex), 'little'))).toBe(text);
  });
});

describe('a big-endian slot', () => {
  const BIG: readonly (readonly [text: string, hex: string])[] = [
    ['r1 += r2', '0f 12 00 00 00 00 00 00'],
    ['r1 = *(u8 *)(r2 +3)', '71 12 00 03 00 00 00 00'],
    ['if w1 s> -5 goto +258', '66 10 01 02 ff ff ff fb'],
    ['r1 = 0x1122334455667788 ll', '18 10 00 00 55 66 77 88 00 00 00 00 11 22 33 44'],
    ['call pc+3', '85 01 00 00 00 00 00 03'],
  ];

  it.each(BIG)('holds `%s` as %s', (text, hex) => {
    expect(hexOf(encodeProg(assemble(text), 'big'))).toBe(hex);
    expect(disassemble(decodeProg(bytesOf(hex), 'big'))).toBe(text);
  });
});

describe('decodeProg', () => {
  const REFUSED: readonly (readonly [string, Endianness, string, string])[] = [
    ['95 00 00 00', 'little', 'PROG_LENGTH', 'Expected a multiple of 8 bytes, got 4 (slot 0)'],
    [
      '18 01 00 00 05 00 00 00',
      'little',
      'LDDW_CUT',
      'Expected a second slot of lddw, got the end of prog (slot 0)',
    ],
    [
      '95 00 00 00 00 00 00 00 18 10 00 00 00 00 00 05 07 12 00 03 00 00 00 00',
      'big',
      'LDDW_SECOND_SLOT',
      'Expected only `imm` to be set in the second slot of lddw, got opcode 7, dst 1, src 2, off 3 (slot 2)',
    ],
  ];

  it.each(REFUSED)('refuses %s (%s-endian) with %s', (hex, endianness, code, message) => {
    expect(() => decodeProg(bytesOf(hex), endianness)).toThrow(
      expect.objectContaining({ code, message }),
    );
  });

  it('reads from the middle of a buffer', () => {
    const bytes = bytesOf('ff ff 95 00 00 00 00 00 00 00').subarray(2);
    expect(disassemble(decodeProg(bytes, 'little'))).toBe('exit');
  });
});
