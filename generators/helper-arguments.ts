import type { ProgType } from '../src/case/prog-type.ts';
import type { HelperName } from '../src/isa/helpers.ts';

/**
 * An argument of a helper. Every one is drawn as a number of 0 to 255, the hint, 0 the simplest.
 *
 * - `ctx`: the ctx; `socket`: what the ctx of an skb has for one. Where that is NULL, nothing is called.
 * - `scalar`: a register that holds a number.
 * - `choice`: one of these; `mixed`: one of these for even hints, a register for odd ones.
 * - `offset`: 0 to 63, or a register cut to its low 7 bits for every fourth hint.
 * - `reads`, `updates`, `writes`: so many bytes of the stack that are read; that are read and written;
 *   that are written with what is the same everywhere, or (`hides`) with what is not. Before the call
 *   numbers may be put into them, so that they look like a header.
 * - `text`: 32 bytes with one of these at their beginning, and zeros behind.
 * - `constant`: one of these, in a map whose content the verifier knows.
 * - `cgroups`: a map that may hold cgroups.
 */
export type HelperArg =
  | { readonly kind: 'ctx' | 'socket' | 'cgroups' | 'scalar' | 'offset' }
  | { readonly kind: 'choice' | 'mixed'; readonly of: readonly (number | bigint)[] }
  | {
      readonly kind: 'reads' | 'updates' | 'writes' | 'hides';
      readonly bytes: number;
      readonly puts: readonly Put[];
    }
  | { readonly kind: 'text' | 'constant'; readonly of: readonly string[] };

/** One of the numbers is stored at an offset, in the byte order of the machine. */
export interface Put {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly of: readonly number[];
}

/** A helper with arguments that verifiers take. */
export interface HelperCall {
  readonly helper: HelperName;
  readonly args: readonly HelperArg[];
  /** Prog types that it is called from so, where not from all that have it. */
  readonly types?: readonly ProgType[];
  /**
   * What it returns: a number that is the same on every kernel, or one that is not; a pointer, of which
   * only NULL is compared, or one to what must be released.
   */
  readonly returns: 'same' | 'own' | 'pointer' | 'reference';
  /**
   * Packet pointers are void afterwards (`bpf_helper_changes_pkt_data`, net/core/filter.c). A packet that
   * has grown lies in a buffer twice as large each time (`pskb_expand_head`, net/core/skbuff.c), until it
   * is luck whether there is memory for another: that isn't done in loops.
   */
  readonly packets?: 'moved' | 'grown';
}

/** Bytes that an argument `text` has. */
export const TEXT_BYTES = 32;

export const ctx: HelperArg = { kind: 'ctx' };
export const scalar: HelperArg = { kind: 'scalar' };
export const socket: HelperArg = { kind: 'socket' };
export const cgroups: HelperArg = { kind: 'cgroups' };
export const offset: HelperArg = { kind: 'offset' };
export const choice = (...of: readonly (number | bigint)[]): HelperArg => ({ kind: 'choice', of });
export const mixed = (...of: readonly (number | bigint)[]): HelperArg => ({ kind: 'mixed', of });
const memory =
  (kind: 'reads' | 'updates' | 'writes' | 'hides') =>
  (bytes: number, ...puts: readonly Put[]): HelperArg => ({ kind, bytes, puts });
export const reads = memory('reads');
export const updates = memory('updates');
export const writes = memory('writes');
export const hides = memory('hides');
export const put = (at: number, bytes: Put['bytes'], ...of: readonly number[]): Put => ({
  at,
  bytes,
  of,
});
export const text = (...of: readonly string[]): HelperArg => ({ kind: 'text', of });
export const constant = (...of: readonly string[]): HelperArg => ({ kind: 'constant', of });

export const call = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'same',
});
/** What it returns depends on the machine. */
export const own = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'own',
});
/** Whether it returns NULL. */
export const finding = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'pointer',
});
export const acquiring = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'reference',
});
export const moving = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'same',
  packets: 'moved',
});

export const growing = (helper: HelperName, ...args: readonly HelperArg[]): HelperCall => ({
  helper,
  args,
  returns: 'same',
  packets: 'grown',
});
