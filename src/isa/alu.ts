import { s32, s64 } from './integers.ts';

/** Width of an arithmetic operation or of a comparison. */
export type Bits = 32 | 64;

/** What an immediate operand may be; anything else is refused by the verifier. */
export type ImmRule = 'any' | 'nonzero' | 'shift' | 'none';

/**
 * One arithmetic operation. `meaning` takes both operands unsigned and already cut to `bits`; the
 * low `bits` of what it returns are the result, and a 32-bit result is zero-extended.
 */
export interface AluOp {
  readonly name: string;
  /** Bits 4..7 of the opcode. */
  readonly code: number;
  /** What `off` must hold: 1 tells signed division from unsigned. */
  readonly off: 0 | 1;
  /** In assembly: `dst SYMBOL src`. */
  readonly symbol: string;
  readonly imm: ImmRule;
  readonly group: 'base' | 'divmul';
  /** The lowest clang `-mcpu` that emits the 64-bit form. */
  readonly cpu: 1 | 4;
  readonly meaning: (dst: bigint, src: bigint, bits: Bits) => bigint;
}

const signed = (value: bigint, bits: Bits): bigint => (bits === 64 ? s64(value) : s32(value));
const shift = (src: bigint, bits: Bits): bigint => src & BigInt(bits - 1);

/** RFC 9669 section 4.1, table 6. */
export const ALU_OPS: readonly AluOp[] = [
  op('add', 0x0, '+=', (d, s) => d + s),
  op('sub', 0x1, '-=', (d, s) => d - s),
  op('mul', 0x2, '*=', (d, s) => d * s, { group: 'divmul' }),
  op('div', 0x3, '/=', (d, s) => (s === 0n ? 0n : d / s), { group: 'divmul', imm: 'nonzero' }),
  op('sdiv', 0x3, 's/=', (d, s, b) => (s === 0n ? 0n : signed(d, b) / signed(s, b)), {
    group: 'divmul',
    imm: 'nonzero',
    off: 1,
    cpu: 4,
  }),
  op('or', 0x4, '|=', (d, s) => d | s),
  op('and', 0x5, '&=', (d, s) => d & s),
  op('lsh', 0x6, '<<=', (d, s, b) => d << shift(s, b), { imm: 'shift' }),
  op('rsh', 0x7, '>>=', (d, s, b) => d >> shift(s, b), { imm: 'shift' }),
  op('neg', 0x8, '=-', (d) => -d, { imm: 'none' }),
  op('mod', 0x9, '%=', (d, s) => (s === 0n ? d : d % s), { group: 'divmul', imm: 'nonzero' }),
  op('smod', 0x9, 's%=', (d, s, b) => (s === 0n ? d : signed(d, b) % signed(s, b)), {
    group: 'divmul',
    imm: 'nonzero',
    off: 1,
    cpu: 4,
  }),
  op('xor', 0xa, '^=', (d, s) => d ^ s),
  op('mov', 0xb, '=', (_d, s) => s),
  op('arsh', 0xc, 's>>=', (d, s, b) => signed(d, b) >> shift(s, b), { imm: 'shift' }),
];

function op(
  name: string,
  code: number,
  symbol: string,
  meaning: AluOp['meaning'],
  rest: Partial<Pick<AluOp, 'imm' | 'off' | 'group' | 'cpu'>> = {},
): AluOp {
  const common = { off: 0, imm: 'any', group: 'base', cpu: 1 } as const;
  return { name, code: code << 4, symbol, meaning, ...common, ...rest };
}
