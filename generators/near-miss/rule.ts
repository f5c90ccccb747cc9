import type { ProgType } from '../../src/case/prog-type.ts';

/**
 * A rule of the verifier, and snippets on both sides of it. A snippet stands at the head of a valid prog:
 * it finds the ctx in r1 and r6, keeps r6, and may use all other registers and the stack.
 *
 * Statements are separated by `;`. Beside assembly (src/isa/syntax.ts) there are
 *
 *   map:NAME, value:NAME, kfunc:NAME   a map of `MAPS`, the value of its first element, a kernel symbol
 *   INSN {src=1, op^=0x20}             the insn with fields set, and bits of its opcode flipped
 *   goto end                           goes on with the prog behind the snippet
 *   ---                                what follows, functions, stands behind the prog
 */
export interface Rule {
  readonly name: string;
  /** Whose progs it is tried in; those of all types where absent. */
  readonly types?: readonly ProgType[];
  /** As close to the rule as it allows: mostly accepted. */
  readonly kept?: readonly string[];
  /** Beyond it: mostly refused. */
  readonly broken: readonly string[];
  /** On top of `bpf_attr.prog_flags`. */
  readonly progFlags?: number;
}

/** A pointer to the value of the map's first element, or NULL, in r0. */
export const lookUp = (map: string): string =>
  `*(u32 *)(r10 -4) = 0; r2 = r10; r2 += -4; r1 = map:${map}; call map_lookup_elem`;

/** A pointer to it in r0; the snippet ends where there is none. */
export const find = (map: string): string => `${lookUp(map)}; if r0 == 0 goto end`;

/** A scalar of 32 unknown bits in r0. */
export const UNKNOWN = 'call get_prandom_u32';

/** Types whose ctx is an skb and that may touch its packet. */
export const SCHED: readonly ProgType[] = ['sched_cls', 'sched_act'];
