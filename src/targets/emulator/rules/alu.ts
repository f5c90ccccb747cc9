import type { Bits } from '../../../isa/alu.ts';
import { FORMS, type FormOf } from '../../../isa/forms.ts';
import { s64, swapBytes, u32 } from '../../../isa/integers.ts';
import type { Endianness } from '../../target.ts';

/**
 * What an arithmetic form leaves in `dst`: whole registers in, both unsigned; of what comes out the
 * low 64 bits. An immediate comes in `src`, sign-extended to 64 bits.
 */
export type AluRule = (dst: bigint, src: bigint) => bigint;

/** What a byte swap makes of `dst` on a machine of that byte order. */
export type SwapRule = (dst: bigint, endianness: Endianness) => bigint;

/** By the form's name, such as `add32.k`, `neg64`, `movsx64.8`. */
export const ALU_RULES: Readonly<Record<string, AluRule>> = Object.fromEntries(
  FORMS.flatMap((form): [string, AluRule][] => {
    if (form.kind === 'alu') return [[form.name, aluRule(form)]];
    if (form.kind === 'movsx') return [[form.name, signExtension(form)]];
    return [];
  }),
);

/** By the form's name, such as `le16`, `bswap64`. */
export const SWAP_RULES: Readonly<Record<string, SwapRule>> = Object.fromEntries(
  FORMS.flatMap((form) => (form.kind === 'end' ? [[form.name, swapRule(form)]] : [])),
);

/** A 32-bit operation sees the low halves and clears the high half of `dst` (RFC 9669 section 4.1). */
function aluRule({ op: { meaning }, bits }: FormOf<'alu'>): AluRule {
  if (bits === 64) return (dst, src) => meaning(dst, src, 64);
  return (dst, src) => u32(meaning(u32(dst), u32(src), 32));
}

function signExtension({ bits, fromBits }: FormOf<'movsx'>): AluRule {
  const cut = (value: bigint, to: Bits) => (to === 64 ? s64(value) : u32(value));
  return (_dst, src) => cut(BigInt.asIntN(fromBits, src), bits);
}

/** Cuts to `bits` even where nothing is swapped (RFC 9669 section 4.2). */
function swapRule({ order, bits }: FormOf<'end'>): SwapRule {
  const swapped: SwapRule = (dst) => swapBytes(BigInt.asUintN(bits, dst), bits / 8);
  const kept: SwapRule = (dst) => BigInt.asUintN(bits, dst);
  if (order === 'bswap') return swapped;
  return (dst, endianness) => (endianness.startsWith(order[0]) ? kept : swapped)(dst, endianness);
}
