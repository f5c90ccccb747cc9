import { FORMS, type FormOf } from '../../../isa/forms.ts';
import { u32 } from '../../../isa/integers.ts';

/** An atomic read-modify-write. Operands are unsigned and cut to its size. */
export interface AtomicRule {
  /** What memory holds afterwards: the low bytes of this. */
  readonly stored: (old: bigint, src: bigint, r0: bigint) => bigint;
  /** Where the old content goes. */
  readonly fetchInto: 'nowhere' | 'src' | 'r0';
  /** What that register gets for the old content. */
  readonly fetched: (old: bigint) => bigint;
}

/**
 * By the form's name, such as `fetch_add.w`. What is fetched is zero-extended, and that goes for the
 * r0 of a 32-bit `cmpxchg` that failed too (Linux 6.1 kernel/bpf/verifier.c,
 * `opt_subreg_zext_lo32_rnd_hi32`).
 */
export const ATOMIC_RULES: Readonly<Record<string, AtomicRule>> = Object.fromEntries(
  FORMS.flatMap((form) => (form.kind === 'atomic' ? [[form.name, atomicRule(form)]] : [])),
);

function atomicRule({ op: { name, fetch, meaning }, size }: FormOf<'atomic'>): AtomicRule {
  const fetchInto = !fetch ? 'nowhere' : name === 'cmpxchg' ? 'r0' : 'src';
  const fetched = (old: bigint) => old;
  if (size === 8) return { stored: meaning, fetchInto, fetched };
  return {
    stored: (old, src, r0) => meaning(old, u32(src), u32(r0)),
    fetchInto,
    fetched,
  };
}
