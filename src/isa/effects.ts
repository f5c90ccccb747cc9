import { formOf } from './forms.ts';
import type { Insn } from './insn.ts';
import { R10 } from './opcode.ts';

/** What an insn does with registers, each a bit of a mask: bit 0 for r0. */
export interface Effects {
  readonly reads: number;
  readonly writes: number;
  /** `pure`: it does nothing else, so that it is in vain where nobody reads what it writes. */
  readonly beside: 'pure' | 'other';
}

export const R0 = 0;
/** What a callee may read, and what is no longer sure after a call beside r0 (RFC 9669 section 2.1). */
export const ARGUMENTS = maskOf(1, 2, 3, 4, 5);
export const CALLER_SAVED = maskOf(R0) | ARGUMENTS;
/** Legacy packet access takes the skb from r6 (RFC 9669 section 5.5; Linux net/core/filter.c). */
const PACKET_CTX = 6;

/**
 * The registers that an insn reads and writes. A call is taken to read all arguments there may be; an
 * insn of no form reads all registers.
 */
export function effectsOf(insn: Insn): Effects {
  const form = formOf(insn);
  const { dst, src } = insn;
  switch (form?.kind) {
    case 'alu': {
      const ofSrc = form.operand === 'x' && form.op.imm !== 'none' ? maskOf(src) : 0;
      const ofDst = form.op.name === 'mov' ? 0 : maskOf(dst);
      return { reads: ofDst | ofSrc, writes: maskOf(dst), beside: 'pure' };
    }
    case 'end':
      return { reads: maskOf(dst), writes: maskOf(dst), beside: 'pure' };
    case 'movsx':
    case 'load':
      return { reads: maskOf(src), writes: maskOf(dst), beside: 'pure' };
    case 'load_acq':
      return { reads: maskOf(src), writes: maskOf(dst), beside: 'other' };
    case 'lddw':
      return { reads: 0, writes: maskOf(dst), beside: 'pure' };
    case 'store':
      return { reads: maskOf(dst, form.operand === 'x' ? src : dst), writes: 0, beside: 'other' };
    case 'store_rel':
      return { reads: maskOf(dst, src), writes: 0, beside: 'other' };
    case 'atomic': {
      const isCmpxchg = form.op.name === 'cmpxchg';
      const fetched = isCmpxchg ? R0 : src;
      return {
        reads: maskOf(dst, src) | (isCmpxchg ? maskOf(R0) : 0),
        writes: form.op.fetch ? maskOf(fetched) : 0,
        beside: 'other',
      };
    }
    case 'jump':
      return { reads: maskOf(dst, form.operand === 'x' ? src : dst), writes: 0, beside: 'other' };
    case 'goto':
    case 'may_goto':
      return { reads: 0, writes: 0, beside: 'other' };
    case 'call':
      return { reads: ARGUMENTS, writes: CALLER_SAVED, beside: 'other' };
    case 'exit':
      return { reads: maskOf(R0), writes: 0, beside: 'other' };
    case 'packet':
      return {
        reads: maskOf(PACKET_CTX, form.mode === 'ind' ? src : PACKET_CTX),
        writes: CALLER_SAVED,
        beside: 'other',
      };
    case undefined:
      return { reads: maskOf(...ALL), writes: 0, beside: 'other' };
  }
}

const ALL = Array.from({ length: R10 + 1 }, (_, reg) => reg);

/** The mask of some registers. */
export function maskOf(...regs: readonly number[]): number {
  return regs.reduce((mask, reg) => mask | (1 << reg), 0);
}
