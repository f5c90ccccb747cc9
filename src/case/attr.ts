import { U32_MAX } from './limits.ts';

/** Where a pointer of the command leads: nowhere, to no memory, or to memory that can't be written to. */
const POINTER = ['null', 'unmapped', 'read_only'] as const;

/** What of the command is said by one of these words; see docs/case-format.md. */
export const ATTR_WORDS = {
  prog_fd: ['closed', 'map', 'file'],
  attr: [...POINTER, 'read_only_front', 'read_only_back', 'read_only_end'],
  data_in: POINTER,
  data_out: POINTER,
  ctx_in: POINTER,
  ctx_out: POINTER,
  state: ['unmapped', 'read_only'],
  cmd: ['common', 'unknown'],
} as const;

/** What of the command is said by a number, and the largest that it may be. */
export const ATTR_NUMBERS = {
  size: U32_MAX,
  nonzero_at: 4095,
  data_size_in: U32_MAX,
  data_size_out: U32_MAX,
  ctx_size_in: U32_MAX,
  ctx_size_out: U32_MAX,
  retval: U32_MAX,
  duration: U32_MAX,
} as const;

/** The least offset of `nonzero_at`: behind the last field of any release. */
export const NONZERO_AT_MIN = 76;

/**
 * What a run says of the command beyond its other fields, each absent where it is as those say. Bytes of
 * `bpf_attr` behind `size` are 0, and so is what comes in as `retval` and `duration`.
 *
 * - `prog_fd`: an fd that is closed, that of a map, or of a file that is no part of BPF.
 * - `attr`: the pointer to `bpf_attr`: bad; or its bytes from 0, up to 8, from 32 or from 40 on can't be
 *   written to.
 * - `size`: the last argument of bpf(2), 80 if not given. The bytes in between are 0, but one that
 *   `nonzero_at` names, which is 1 where `size` is more.
 * - `cmd`: BPF_PROG_TEST_RUN with BPF_COMMON_ATTRS (7.2) and none of these, or a command that there is not.
 * - `data_in` to `ctx_out`: the pointer, whatever its size. `state` is the one in `w0` of a struct_ops ctx.
 * - `data_size_in` to `ctx_size_out`: the size, whatever is at the pointer: zeros follow what is given.
 */
export type AttrOverrides = {
  readonly [Name in keyof typeof ATTR_WORDS]?: (typeof ATTR_WORDS)[Name][number];
} & { readonly [Name in keyof typeof ATTR_NUMBERS]?: number };

/** What of a command a run may override. */
export type AttrName = keyof AttrOverrides;

/** All names. Their order is their number in canonical bytes: new ones go to the end. */
export const ATTR_NAMES = [
  ...(['prog_fd', 'attr', 'data_in', 'data_out', 'ctx_in', 'ctx_out', 'state'] as const),
  ...(['size', 'nonzero_at', 'data_size_in', 'data_size_out', 'ctx_size_in'] as const),
  ...(['ctx_size_out', 'retval', 'duration', 'cmd'] as const),
] as const satisfies readonly AttrName[];

/** The words that `name` takes; undefined where it takes a number. */
export const wordsOfAttr = (name: AttrName): readonly string[] | undefined =>
  (ATTR_WORDS as Partial<Record<AttrName, readonly string[]>>)[name];

/** The overrides as numbers, in order: of the name, and the value or the index of its word. */
export function attrPairs(attr: AttrOverrides): readonly (readonly [number, number])[] {
  return ATTR_NAMES.flatMap((name, number) => {
    const value = attr[name];
    if (value === undefined) return [];
    const index = typeof value === 'string' ? wordsOfAttr(name)!.indexOf(value) : value;
    return [[number, index] as const];
  });
}

/** The size of `bpf_attr` as far as the fields of BPF_PROG_RUN reach in any release, with padding. */
export const ATTR_BYTES = 80;
