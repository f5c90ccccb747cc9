/**
 * Where a divergence begins. Plain data: it is kept in a corpus. `form` is short and the same for all
 * findings of one cause: a form of an insn such as `add32.x`, a call such as `call map_delete_elem`, or
 * what came before or after all insns.
 */
export type Located =
  /** The first executed insn after which the two differ. */
  | LocatedInsn
  /** Progs did the same; a map command after the run came out differently. */
  | {
      readonly kind: 'command';
      readonly form: string;
      readonly run: number;
      readonly command: number;
    }
  /** Progs did the same up to their end: what the run's BPF_PROG_RUN makes of it differs. */
  | { readonly kind: 'run'; readonly form: string; readonly run: number }
  /** It could not be told, because of this. */
  | { readonly kind: 'nowhere'; readonly form: ''; readonly why: string };

/** An insn of a prog, and what shows that it is the one. */
export interface LocatedInsn {
  readonly kind: 'insn';
  readonly form: string;
  readonly prog: number;
  /** The index of the insn in its prog. */
  readonly insn: number;
  /** How it was found; see `FOUND_BY`. */
  readonly by: FoundBy;
  /** In which run of the case, and the how manieth execution of the insn in it, from 1. Absent for loads. */
  readonly run?: number;
  readonly iteration?: number;
  /** The insn that each executes next; null behind the last. Absent where that was not looked at. */
  readonly next?: readonly [InsnPlace | null, InsnPlace | null];
  /** Registers and stack, where they were looked at. */
  readonly values: readonly LocatedValue[];
  /** What else differs after it, in one line; '' for nothing. */
  readonly differs: string;
}

/** An insn of a case. */
export interface InsnPlace {
  readonly prog: number;
  readonly insn: number;
}

/** What a register, or a piece of the stack, holds before and after the insn. */
export interface LocatedValue {
  /** `r3`, or `*(u32 *)(r10 -8)`. */
  readonly name: string;
  /** On each of the two; null where nothing could be read. */
  readonly before: readonly [bigint | null, bigint | null];
  readonly after: readonly [bigint | null, bigint | null];
  /** Whether it tells them apart: addresses may differ. */
  readonly differs: boolean;
}

/** What the ways of finding an insn are, for people. */
export const FOUND_BY = {
  trace: 'all insns were recorded in one go',
  points: 'each insn was recorded in a load of its own',
  cut: 'the prog was cut short before each insn, and maps, packet and ctx were compared',
  verifier: 'the prog was ended before each insn, until both verifiers agreed',
  death: 'the prog was cut short ever earlier, until the kernel lived on',
} as const;

/** One of them. */
export type FoundBy = keyof typeof FOUND_BY;
