import type { OperandsKey } from '../isa/operands.ts';

/** What an emulator saw while it ran a case: all its runs together. */
export interface Execution {
  /** For each prog one byte for each insn: 0 where it was not reached, else `TIMES_BITS` and bits of `Way`. */
  readonly executed: readonly Uint8Array[];
  /** With what insns were executed, each once. Of an insn only the first `TIMES_MAX` times count. */
  readonly operands: readonly OperandsKey[];
  /** What calls of helpers and kfuncs came to, each once; of an insn, as above. */
  readonly calls: readonly CallSeen[];
}

/** How often an insn is looked at: hot loops are not for longer. */
export const TIMES_MAX = 16;
/** Bits of the number of times; those of `Way` are beside them. */
export const TIMES_BITS = 0x1f;

/** Ways that a conditional jump can go. */
export const Way = { TAKEN: 0x20, NOT_TAKEN: 0x40, BOTH: 0x60 } as const;

/** What a call of a helper or a kfunc came to. */
export interface CallSeen {
  readonly prog: number;
  readonly insn: number;
  /** The index in `Case.maps` of the map that it was given, if any. */
  readonly map?: number;
  /** 0, a negative errno down to -`ERRNO_MAX`, 1 for all that is positive, `OTHER_NEGATIVE`. */
  readonly result: number;
}

/** As in the kernel (include/linux/err.h `MAX_ERRNO` is 4095), as far as there are errnos. */
export const ERRNO_MAX = 600;
/** A negative result that is no errno. */
export const OTHER_NEGATIVE = -ERRNO_MAX - 1;
