import { FORMS, type FormOf } from '../../../isa/forms.ts';
import { u32 } from '../../../isa/integers.ts';

/** Whether a conditional jump is taken: whole registers in, an immediate sign-extended to 64 bits. */
export type JumpRule = (dst: bigint, src: bigint) => boolean;

/** By the form's name, such as `jsgt32.k`. */
export const JUMP_RULES: Readonly<Record<string, JumpRule>> = Object.fromEntries(
  FORMS.flatMap((form) => (form.kind === 'jump' ? [[form.name, jumpRule(form)]] : [])),
);

function jumpRule({ op: { meaning }, bits }: FormOf<'jump'>): JumpRule {
  if (bits === 64) return (dst, src) => meaning(dst, src, 64);
  return (dst, src) => meaning(u32(dst), u32(src), 32);
}
