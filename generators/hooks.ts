import type { ProgType } from '../src/case/prog-type.ts';

/** Something of the kernel that progs attach to by name, and what they may read of their ctx there. */
export interface Hook {
  readonly name: string;
  /**
   * Bytes of the number in each word of the ctx, 0 where it holds an address. Those behind them are left
   * as they were on the stack in 5.10 (`save_regs`, arch/x86/net/bpf_jit_comp.c).
   */
  readonly words: readonly number[];
  /** Words that are pointers with a number in them: since 7.2 they are read whole or not (btf_ctx_access). */
  readonly pointers?: readonly number[];
}

/** `bpf_fentry_test1` to `6` of net/bpf/test_run.c, by the sizes of their arguments. */
const ENTRY: readonly Hook[] = [
  { name: 'bpf_fentry_test1', words: [4] },
  { name: 'bpf_fentry_test2', words: [4, 8] },
  { name: 'bpf_fentry_test3', words: [1, 4, 8] },
  { name: 'bpf_fentry_test4', words: [8, 1, 4, 8], pointers: [0] },
  { name: 'bpf_fentry_test5', words: [8, 8, 2, 4, 8], pointers: [1] },
  { name: 'bpf_fentry_test6', words: [8, 8, 2, 4, 8, 8], pointers: [1, 4] },
];
/** What the function returned comes behind its arguments. */
const EXIT: readonly Hook[] = ENTRY.map((hook) => ({ ...hook, words: [...hook.words, 8] }));
const MODIFY: readonly Hook[] = [
  { name: 'bpf_modify_return_test', words: [4, 0, 8] },
  { name: 'bpf_modify_return_test2', words: [4, 0, 2, 4, 8, 1, 4, 8], pointers: [4] },
];
const TRACING: Readonly<Record<number, readonly Hook[]>> = { 24: ENTRY, 25: EXIT, 26: MODIFY };
const DUMMY_OPS: Readonly<Record<number, readonly Hook[]>> = {
  0: [{ name: 'bpf_dummy_ops', words: [] }],
  1: [{ name: 'bpf_dummy_ops', words: [0, 8, 8, 8, 8] }],
};

/** The hooks for progs of a type with that `expected_attach_type`; none where a type needs no name. */
export function hooksOf(type: ProgType, attachType: number): readonly Hook[] {
  if (type === 'tracing') return TRACING[attachType];
  return type === 'struct_ops' ? DUMMY_OPS[attachType] : [];
}

/** Whether that many bytes may be read of a word of the ctx. */
export const mayRead = ({ words, pointers = [] }: Hook, word: number, sizeBytes: number): boolean =>
  words[word] !== 0 && (sizeBytes === 8 || !pointers.includes(word));
