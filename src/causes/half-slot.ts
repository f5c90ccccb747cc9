import type { Case } from '../case/case.ts';
import { formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { R10 } from '../isa/opcode.ts';
import type { Cause } from './cause.ts';
import { isAtLeast } from './release.ts';
import { rewritten } from './rewritten.ts';

/**
 * What is spilled to a stack slot is forgotten by halves, where no path reads them any more. When the
 * half closer to r10 is dead, what is left looks like a spill of 4 bytes, whose value is that of the
 * register: so it is on a little-endian machine, where the other half holds the low 32 bits.
 */
export const HALF_SLOT: Cause = {
  name: 'half-slot-keeps-low-bits',
  reason:
    'On a big-endian machine the verifier takes the upper half of a spilled constant for its lower half, once no path reads the lower one. It then removes a branch that is taken.',
  kernels: '7.2 on s390x (6.12 has no halves of slots); all engines',
  source: '__clean_func_state, kernel/bpf/states.c (7.2)',
  shows: 'Retvals or maps of 7.2 on s390x differ from the emulator and from 7.2 elsewhere.',
  cases: ['half-slot-keeps-low-bits', 'half-slot-of-an-atomic-fetch'],
  experiment: {
    concerns: ({ linux }) => linux.endianness === 'big' && isAtLeast(linux, '6.13'),
    without: keptWhole,
  },
};

const EXIT = formNamed('exit')!;
const LOAD_SLOT = formNamed('ldxdw')!;
/** Holds nothing any more where a function ends. */
const R1 = 1;

/** Reads whole, before every exit, what is read in parts: a half that is read later isn't dead. */
function keptWhole(testCase: Case): Case {
  const slots = new Set(testCase.progs.flatMap(({ insns }) => insns.flatMap(slotReadInPart)));
  const loads = [...slots].map((off) => insnOf(LOAD_SLOT, { dst: R1, src: R10, off }));
  return rewritten(testCase, (insn) => (formOf(insn) === EXIT ? [...loads, insn] : [insn]));
}

const SLOT_BYTES = 8;

/** Offset of the slot that the insn reads 4 bytes of, or fewer. */
function slotReadInPart(insn: Insn): readonly number[] {
  const form = formOf(insn);
  const base = form?.kind === 'load' || form?.kind === 'load_acq' ? insn.src : insn.dst;
  const reads = form?.kind === 'load' || form?.kind === 'load_acq' || form?.kind === 'atomic';
  if (!reads || base !== R10 || form.size === SLOT_BYTES) return [];
  return [Math.floor(insn.off / SLOT_BYTES) * SLOT_BYTES];
}
