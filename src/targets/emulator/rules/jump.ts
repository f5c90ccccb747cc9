import { FORMS, type FormOf } from '../../../isa/forms.ts';
import { u32 } from '../../../isa/integers.ts';

/** Whether a conditional jump is taken: whole registers in, an immediate sign-extended to 64 bits. */
export type JumpRule = (dst: bigint, src: bigint) => boolean;

/** By the form's name, such as `jsgt32.k`. */
export const JUMP_RULES: Readonly<Record<string, JumpRule>> = Object.fromEntries(
  FORMS.flatMap((form) => (form.kind === 'jump' ? [[form.name, jumpRule(form)]] : [])),
);

/**
 * As `JUMP_RULES` where addresses are as large as a kernel's own: ours, below 2^32, compare otherwise with most
 * numbers. `isAddress` may take some number for one.
 */
export const jumpsByKernelAddresses = (
  isAddress: (value: bigint) => boolean,
): Readonly<Record<string, JumpRule>> => {
  const seen = (value: bigint): bigint => (isAddress(value) ? value + KERNEL_HALF : value);
  return Object.fromEntries(
    Object.entries(JUMP_RULES).map(([name, rule]): [string, JumpRule] => [
      name,
      // An immediate is none.
      name.endsWith('.k')
        ? (dst, imm) => rule(seen(dst), imm)
        : (dst, src) => rule(seen(dst), seen(src)),
    ]),
  );
};

/** Some of the kernel's half of the addresses, and the upper part of the low half of one. */
const KERNEL_HALF = 0xffff_8881_8000_0000n;

function jumpRule({ op: { meaning }, bits }: FormOf<'jump'>): JumpRule {
  if (bits === 64) return (dst, src) => meaning(dst, src, 64);
  return (dst, src) => meaning(u32(dst), u32(src), 32);
}
