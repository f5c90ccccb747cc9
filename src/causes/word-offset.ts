import type { Case } from '../case/case.ts';
import { formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import type { Cause } from './cause.ts';
import { rewritten } from './rewritten.ts';

/** `lwa` holds its offset without the low two bits (Power ISA, DS-form). */
const WORD_BYTES = 4;

/**
 * The JIT of ppc64 takes `ldx` and `std` with a register for the offset where it is no multiple of 4;
 * for sign-extending loads of words it doesn't.
 */
export const WORD_OFFSET: Cause = {
  name: 'ppc64-lwa-drops-low-bits',
  reason:
    'A sign-extending load of a word is made by lwa, which has no room for the low two bits of an offset: they are dropped, and what lies before is loaded.',
  kernels: '6.6 and later with the JIT of ppc64 (seen on 7.2)',
  source:
    'bpf_jit_build_body: `EMIT(PPC_RAW_LWA(dst_reg, src_reg, off))`, arch/powerpc/net/bpf_jit_comp64.c (7.2)',
  shows: 'sid-ppc64el:jit and :interp load different words.',
  cases: ['ppc64-lwa-drops-low-bits'],
  experiment: {
    concerns: ({ engine, linux }) =>
      linux.arch === 'ppc64le' && (engine === 'jit' || engine === 'hardened'),
    without: (testCase: Case) => rewritten(testCase, withoutOffset),
  },
};

const LOAD = formNamed('ldxsw')!;
const COPY = formNamed('mov64.x')!;
const ADD = formNamed('add64.k')!;

/** Adds the offset to the pointer first, in the register that the load writes anyway. */
function withoutOffset(insn: Insn): readonly Insn[] {
  const { dst, src, off } = insn;
  if (formOf(insn) !== LOAD || off % WORD_BYTES === 0) return [insn];
  const copy = src === dst ? [] : [insnOf(COPY, { dst, src })];
  return [...copy, insnOf(ADD, { dst, imm: off }), insnOf(LOAD, { dst, src: dst })];
}
