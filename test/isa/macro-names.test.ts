import { describe, expect, it } from 'vitest';
import { FORMS } from '../../src/isa/forms.ts';
import { macroNames } from '../../src/isa/macro-names.ts';

/** Opcodes by hand, from the tables of RFC 9669 and include/uapi/linux/bpf.h. */
const NAMES: readonly (readonly [number, string])[] = [
  [0x07, 'BPF_ALU64 | BPF_ADD | BPF_K'],
  [0xbc, 'BPF_ALU | BPF_MOV | BPF_X'],
  [0xc7, 'BPF_ALU64 | BPF_ARSH | BPF_K'],
  [0xdc, 'BPF_ALU | BPF_END | BPF_X'],
  [0x05, 'BPF_JMP | BPF_JA | BPF_K'],
  [0x06, 'BPF_JMP32 | BPF_JA | BPF_K'],
  [0x85, 'BPF_JMP | BPF_CALL | BPF_K'],
  [0x95, 'BPF_JMP | BPF_EXIT | BPF_K'],
  [0xde, 'BPF_JMP32 | BPF_JSLE | BPF_X'],
  [0xe5, 'BPF_JMP | BPF_JCOND | BPF_K'],
  [0x18, 'BPF_LD | BPF_DW | BPF_IMM'],
  [0x30, 'BPF_LD | BPF_B | BPF_ABS'],
  [0x48, 'BPF_LD | BPF_H | BPF_IND'],
  [0x61, 'BPF_LDX | BPF_W | BPF_MEM'],
  [0x91, 'BPF_LDX | BPF_B | BPF_MEMSX'],
  [0x7a, 'BPF_ST | BPF_DW | BPF_MEM'],
  [0xdb, 'BPF_STX | BPF_DW | BPF_ATOMIC'],
];

describe('macroNames', () => {
  it.each(NAMES)('of 0x%s is %s', (opcode, names) => {
    expect(macroNames(opcode)).toBe(names);
  });

  it('of an opcode that there is not is its number', () => {
    expect(macroNames(0xff)).toBe('0xff');
  });

  it('tells every two opcodes apart', () => {
    const opcodes = [...new Set(FORMS.map(({ opcode }) => opcode))];
    expect(new Set(opcodes.map(macroNames)).size).toBe(opcodes.length);
  });
});
