import { BASICS } from './basics.ts';
import { BTF } from './btf.ts';
import { CALLS } from './calls.ts';
import { CONTENT } from './content.ts';
import { LIVE } from './live.ts';
import { MAPS } from './maps.ts';
import type { Snippet } from './snippet.ts';

/** Before what is declared for the case. */
export const MACROS: readonly Snippet[] = [
  {
    names: ['BPF_RAW_INSN'],
    text: `
#define BPF_RAW_INSN(CODE, DST, SRC, OFF, IMM) \\
	{ .code = CODE, .dst_reg = DST, .src_reg = SRC, .off = OFF, .imm = IMM }`,
  },
  { names: ['ARRAY_SIZE'], text: '#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))' },
  { names: ['PTR'], text: '#define PTR(x) ((__u64)(unsigned long)(x))' },
  { names: ['U32'], text: '#define U32(x) (&(__u32){ x })' },
  { names: ['BTF_TYPE'], text: '#define BTF_TYPE(kind, vlen) ((kind) << 24 | (vlen))' },
  { names: ['BYTES'], text: '#define BYTES(...) ((__u8[]){ __VA_ARGS__ })' },
];

/** Behind it. */
export const FUNCTIONS: readonly Snippet[] = [
  ...BASICS,
  ...BTF,
  ...MAPS,
  ...CONTENT,
  ...CALLS,
  ...LIVE,
];
