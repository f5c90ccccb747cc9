import { OPCODE_LDDW } from './opcode.ts';

/**
 * A decoded insn: the fields of the kernel's `struct bpf_insn`, free of byte order.
 *
 *   bits    0..7      8..11  12..15   16..31   32..63      (little-endian slot; RFC 9669 section 3.1)
 *         +--------+------+------+---------+--------------+
 *         | opcode | dst  | src  |   off   |     imm      |
 *         +--------+------+------+---------+--------------+
 *
 * `lddw` fills a second slot, of which only `imm` is used: `nextImm` here (RFC 9669 section 3.2).
 * Any field may hold a value that no form allows: a case can carry an invalid insn on purpose.
 */
export interface Insn {
  /** The first byte, 0..255. */
  readonly opcode: number;
  /** r0..r10 as 0..10; the encoding has room for 0..15. */
  readonly dst: number;
  /** A register, or a code that selects a pseudo source (`lddw`, `call`). */
  readonly src: number;
  /** Signed 16 bits. In jumps: slots, counted from the following insn. */
  readonly off: number;
  /** Signed 32 bits. */
  readonly imm: number;
  /** Signed 32 bits; the `imm` of the second slot. Present on `lddw` only. */
  readonly nextImm?: number;
}

/** How many 8-byte slots an insn fills: 2 for `lddw`, 1 for all others. */
export const slotsOf = (insn: Insn): 1 | 2 => (insn.opcode === OPCODE_LDDW ? 2 : 1);

/** The slot at which each insn begins, and behind them the length of the prog in slots. */
export function slotIndex(insns: readonly Insn[]): readonly number[] {
  const starts = [0];
  for (const insn of insns) starts.push(starts[starts.length - 1] + slotsOf(insn));
  return starts;
}
