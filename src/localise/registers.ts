import type { Form } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { R10 } from '../isa/opcode.ts';

/** Sets of r0..r10, a bit each. */
export type RegSet = number;

export const setOf = (...regs: readonly number[]): RegSet =>
  regs.reduce((set, reg) => set | (1 << reg), 0);
export const has = (set: RegSet, reg: number): boolean => (set & (1 << reg)) !== 0;

/** r1..r5: what a callee is given, and no call keeps. */
export const ARGUMENTS = setOf(1, 2, 3, 4, 5);
/** All that a call does not keep. */
export const CLOBBERED = setOf(0) | ARGUMENTS;
/** Where the legacy packet loads find the ctx. */
const PACKET_CTX = 6;

interface Effect {
  readonly reads: RegSet;
  /** What holds something else afterwards, or nothing. */
  readonly writes: RegSet;
}

/**
 * The registers that an insn reads and writes. A call of a helper or a kfunc is taken to read all
 * arguments, as how many it has is not known here; one of a function of the prog to read none.
 */
export function effectOf(insn: Insn, form: Form | undefined): Effect {
  const dst = setOf(insn.dst);
  const src = setOf(insn.src);
  switch (form?.kind) {
    case 'alu':
      return {
        reads: (form.op.name === 'mov' ? 0 : dst) | (form.src === 'reg' ? src : 0),
        writes: dst,
      };
    case 'movsx':
    case 'load':
    case 'load_acq':
      return { reads: src, writes: dst };
    case 'end':
      return { reads: dst, writes: dst };
    case 'store':
    case 'jump':
      return { reads: dst | (form.operand === 'x' ? src : 0), writes: 0 };
    case 'store_rel':
      return { reads: dst | src, writes: 0 };
    case 'atomic': {
      const compares = form.op.name === 'cmpxchg';
      const fetched = compares ? setOf(0) : src;
      return {
        reads: dst | src | (compares ? setOf(0) : 0),
        writes: form.op.fetch ? fetched : 0,
      };
    }
    case 'call':
      return { reads: form.callee === 'local' ? 0 : ARGUMENTS, writes: CLOBBERED };
    case 'packet':
      return { reads: setOf(PACKET_CTX) | (form.mode === 'ind' ? src : 0), writes: CLOBBERED };
    case 'lddw':
      return { reads: 0, writes: dst };
    case 'exit':
      return { reads: setOf(0), writes: 0 };
    default:
      return { reads: 0, writes: 0 };
  }
}

/** r0..r9: what an insn may write. */
export const GENERAL: readonly number[] = Array.from({ length: R10 }, (_, reg) => reg);
