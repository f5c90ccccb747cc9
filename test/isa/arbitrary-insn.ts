import fc from 'fast-check';
import { FORMS, insnOf } from '../../src/isa/forms.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { OPCODE_LDDW } from '../../src/isa/opcode.ts';

const int = (bits: 16 | 32) =>
  fc.oneof(
    fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }),
    fc.constantFrom(0, 1, -1, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
  );

/** Any insn that bytes can hold, most of them invalid. */
export const anyInsn: fc.Arbitrary<Insn> = fc
  .record({
    opcode: fc.nat(255),
    dst: fc.nat(15),
    src: fc.nat(15),
    off: int(16),
    imm: int(32),
    nextImm: int(32),
  })
  .map(({ nextImm, ...insn }) => (insn.opcode === OPCODE_LDDW ? { ...insn, nextImm } : insn));

/** An insn of some form; registers may be above r10. */
export const formInsn: fc.Arbitrary<Insn> = fc
  .tuple(
    fc.constantFrom(...FORMS),
    fc.record({ dst: fc.nat(10), src: fc.nat(10), off: int(16), imm: int(32), nextImm: int(32) }),
  )
  .map(([form, operands]) => insnOf(form, operands));

export const someInsn: fc.Arbitrary<Insn> = fc.oneof(anyInsn, formInsn);

export const someInsns: fc.Arbitrary<readonly Insn[]> = fc.array(someInsn, { maxLength: 12 });
