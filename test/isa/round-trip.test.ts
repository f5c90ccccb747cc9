import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble, disassembleInsn } from '../../src/isa/disassemble.ts';
import { decodeProg, encodeProg } from '../../src/isa/encode.ts';
import { FORMS, insnOf } from '../../src/isa/forms.ts';
import { formInsn, someInsns } from './arbitrary-insn.ts';

describe('a prog', () => {
  for (const endianness of ['little', 'big'] as const) {
    it(`every one comes back from ${endianness}-endian bytes`, () => {
      fc.assert(
        fc.property(someInsns, (insns) => {
          expect(decodeProg(encodeProg(insns, endianness), endianness)).toEqual(insns);
        }),
        { numRuns: 500 },
      );
    });
  }

  for (const targets of ['distances', 'labels'] as const) {
    it(`every one comes back from text with ${targets}`, () => {
      fc.assert(
        fc.property(someInsns, (insns) => {
          expect(assemble(disassemble(insns, targets))).toEqual(insns);
        }),
        { numRuns: 500 },
      );
    });
  }

  it('every insn of a form with registers up to r10 is printed without .insn', () => {
    fc.assert(
      fc.property(
        formInsn.filter(({ opcode, nextImm }) => opcode !== 0x18 || nextImm === undefined),
        (insn) => {
          expect(disassembleInsn(insn)).not.toContain('.insn');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('every form with all free fields 0 is printed without .insn and read as itself', () => {
    for (const form of FORMS) {
      const text = disassembleInsn(insnOf(form));
      expect(text, form.name).not.toContain('.insn');
      expect(assemble(text), form.name).toEqual([insnOf(form)]);
    }
  });
});
