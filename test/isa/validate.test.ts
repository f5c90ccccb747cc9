import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { validateProg } from '../../src/isa/validate.ts';

const PROBLEMS: readonly (readonly [asm: string, code: string, message: string])[] = [
  ['', 'empty-prog', 'Expected at least one insn, got `none` (slot 0)'],
  [
    '.insn 0xff dst=0 src=0 off=0 imm=0\nexit',
    'unknown-opcode',
    'Expected the opcode of an operation, got `0xff` (slot 0)',
  ],
  [
    '.insn 0x37 dst=1 src=0 off=2 imm=5\nexit',
    'reserved-field',
    'Expected `off` of div64.k, sdiv64.k to be 0 or 1, got `2` (slot 0)',
  ],
  [
    'r1 = 1 ll\n.insn 0x95 dst=0 src=0 off=0 imm=7',
    'reserved-field',
    'Expected `imm` of exit to be 0, got `7` (slot 2)',
  ],
  [
    '.insn 0xcb dst=1 src=2 off=0 imm=0\nexit',
    'reserved-field',
    'Expected `imm` of load_acq.h, store_rel.h to be 256 or 272, got `0` (slot 0)',
  ],
  [
    '.insn 0x0f dst=1 src=11 off=0 imm=0\nexit',
    'register',
    'Expected `src` of add64.x to be a register r0..r10, got `r11` (slot 0)',
  ],
  ['r1 /= 0\nexit', 'immediate', 'Expected `imm` of div64.k to be other than 0, got `0` (slot 0)'],
  [
    'w1 <<= 32\nexit',
    'immediate',
    'Expected `imm` of lsh32.k to be from 0 to 31, got `32` (slot 0)',
  ],
  [
    'r1 s>>= -1\nexit',
    'immediate',
    'Expected `imm` of arsh64.k to be from 0 to 63, got `-1` (slot 0)',
  ],
  [
    'goto +1\nexit',
    'target',
    'Expected ja to go to an insn of this prog, got `slot 2 of 2` (slot 0)',
  ],
  [
    'call pc-2\nexit',
    'target',
    'Expected call.local to go to an insn of this prog, got `slot -1 of 2` (slot 0)',
  ],
  [
    'goto +1\nr1 = 1 ll\nexit',
    'target',
    'Expected ja to go to an insn of this prog, got `slot 2, the second of an lddw` (slot 0)',
  ],
  [
    'exit\nr0 = 0',
    'last-insn',
    'Expected the last insn to be exit or goto, got `mov64.k` (slot 1)',
  ],
];

describe('validateProg', () => {
  it.each(PROBLEMS)('says of %j: %s', (asm, code, message) => {
    expect(validateProg(assemble(asm))).toEqual([expect.objectContaining({ code, message })]);
  });

  it('finds nothing in a prog that is sound', () => {
    const asm = 'r1 = code_addr(f) ll\ncall f\nr0 <<= 63\nw0 /= 1\nexit\nf: r0 = 0\ngoto -2';
    expect(validateProg(assemble(asm))).toEqual([]);
  });
});
