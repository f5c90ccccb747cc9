import type { Bits } from './alu.ts';
import { s32, s64 } from './integers.ts';

/** One conditional jump; `meaning` takes both operands unsigned and already cut to `bits`. */
export interface JumpOp {
  readonly name: string;
  /** Bits 4..7 of the opcode. */
  readonly code: number;
  /** In assembly: `if dst SYMBOL src goto`. */
  readonly symbol: string;
  /** The lowest clang `-mcpu` that emits the 64-bit form; every 32-bit form needs v3. */
  readonly cpu: 1 | 2;
  readonly meaning: (dst: bigint, src: bigint, bits: Bits) => boolean;
}

const signed = (value: bigint, bits: Bits): bigint => (bits === 64 ? s64(value) : s32(value));

/** RFC 9669 section 4.3, table 8, without `ja`, `call` and `exit`. */
export const JUMP_OPS: readonly JumpOp[] = [
  op('jeq', 0x1, '==', 1, (d, s) => d === s),
  op('jgt', 0x2, '>', 1, (d, s) => d > s),
  op('jge', 0x3, '>=', 1, (d, s) => d >= s),
  op('jset', 0x4, '&', 1, (d, s) => (d & s) !== 0n),
  op('jne', 0x5, '!=', 1, (d, s) => d !== s),
  op('jsgt', 0x6, 's>', 1, (d, s, b) => signed(d, b) > signed(s, b)),
  op('jsge', 0x7, 's>=', 1, (d, s, b) => signed(d, b) >= signed(s, b)),
  op('jlt', 0xa, '<', 2, (d, s) => d < s),
  op('jle', 0xb, '<=', 2, (d, s) => d <= s),
  op('jslt', 0xc, 's<', 2, (d, s, b) => signed(d, b) < signed(s, b)),
  op('jsle', 0xd, 's<=', 2, (d, s, b) => signed(d, b) <= signed(s, b)),
];

function op(
  name: string,
  code: number,
  symbol: string,
  cpu: 1 | 2,
  meaning: JumpOp['meaning'],
): JumpOp {
  return { name, code: code << 4, symbol, cpu, meaning };
}
