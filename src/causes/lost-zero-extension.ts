import type { Case } from '../case/case.ts';
import { type CtxLayout, ctxFieldAt, ctxLayoutOf, SK_BUFF } from '../case/ctx.ts';
import type { ProgType } from '../case/prog-type.ts';
import { type FormOf, formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { R10 } from '../isa/opcode.ts';
import type { TargetInfo } from '../targets/target.ts';
import type { Cause } from './cause.ts';
import { isAtLeast } from './release.ts';
import { rewritten } from './rewritten.ts';

/** BPF_F_TEST_RND_HI32 */
const RND_HI32 = 0x4;

/** JITs that extend a 32-bit result only where the verifier tells them (`bpf_jit_needs_zext`, 7.2). */
const NEED_TELLING: readonly string[] = ['riscv64', 'ppc64le', 's390x'];

/**
 * 32-bit results are zero-extended where the verifier saw a 64-bit read of them. A read behind the
 * point where a path was pruned is not seen on that path: up to 6.17 `propagate_liveness` carried it
 * back (`mark_insn_zext`, kernel/bpf/verifier.c 6.12); with registers' liveness it went, and nothing
 * took its place.
 */
export const LOST_ZERO_EXTENSION: Cause = {
  name: 'lost-zero-extension',
  reason:
    'The verifier prunes a path and forgets that a 32-bit result of it is read as 64 bits later, so nothing zero-extends it.',
  kernels:
    '6.18 and later: with JITs that leave it to the verifier (riscv64, ppc64le; s390x), with all JITs behind a 32-bit cmpxchg, and everywhere with BPF_F_TEST_RND_HI32; 6.12 is right',
  source: 'mark_insn_zext, kernel/bpf/verifier.c (7.2) against propagate_liveness (6.12)',
  shows:
    'The upper half of a register is that of a sign extension, or random with BPF_F_TEST_RND_HI32, where the emulator has 0.',
  cases: ['lost-zero-extension', 'lost-zero-extension-random', 'lost-zero-extension-of-cmpxchg'],
  experiment: {
    concerns: ({ engine, linux }, testCase) =>
      isAtLeast(linux, '6.18') &&
      ((isJit(engine) && (NEED_TELLING.includes(linux.arch) || hasCmpxchg(testCase))) ||
        randomises(testCase)),
    without: (testCase) =>
      rewritten(testCase, (insn) =>
        isPacketPointer(insn, testCase.progType) ? [insn] : [insn, ...extending(insn)],
      ),
  },
};

/** What it leaves in r0 where it succeeds is extended by the verifier alone (`opt_subreg_zext_lo32_rnd_hi32`, 7.2). */
const CMPXCHG = formNamed('cmpxchg.w');
const hasCmpxchg = ({ progs }: Case): boolean =>
  progs.some(({ insns }) => insns.some((insn) => formOf(insn) === CMPXCHG));

const isJit = (engine: TargetInfo['engine']): boolean => engine === 'jit' || engine === 'hardened';

/** The insns that the flag asks for are the verifier's own: interpreters run them as well. */
const randomises = ({ progFlags }: Case): boolean => (progFlags & RND_HI32) !== 0;

/** Loads of them have 4 bytes and give pointers, which can't be shifted. */
const PACKET_POINTERS: readonly (string | undefined)[] = ['data', 'data_end', 'data_meta'];

/** Whether the insn reads a packet pointer, if it is the ctx that it reads. */
function isPacketPointer(insn: Insn, progType: ProgType): boolean {
  const form = formOf(insn);
  const layout = progCtxLayout(progType);
  return (
    form?.kind === 'load' &&
    form.size === 4 &&
    insn.src !== R10 &&
    layout !== undefined &&
    PACKET_POINTERS.includes(ctxFieldAt(layout, insn.off)?.name)
  );
}

/** What the prog reads: a flow dissector's run takes flow keys, and its prog sees an skb. */
const progCtxLayout = (progType: ProgType): CtxLayout | undefined =>
  progType === 'flow_dissector' ? SK_BUFF : ctxLayoutOf(progType);

const SHIFT_LEFT = formNamed('lsh64.k') as FormOf<'alu'>;
const SHIFT_RIGHT = formNamed('rsh64.k') as FormOf<'alu'>;

/** Insns that clear the upper half of what a 32-bit insn has written, in a way that no JIT leaves out. */
function extending(insn: Insn): readonly Insn[] {
  const dst = writtenBy32(insn);
  if (dst === undefined) return [];
  return [insnOf(SHIFT_LEFT, { dst, imm: 32 }), insnOf(SHIFT_RIGHT, { dst, imm: 32 })];
}

const R0 = 0;

/** The register that the insn writes as 32 bits or fewer (`insn_has_def32`, kernel/bpf/verifier.c 7.2). */
function writtenBy32(insn: Insn): number | undefined {
  const form = formOf(insn);
  switch (form?.kind) {
    case 'alu':
    case 'movsx':
    case 'end':
      return form.bits < 64 ? insn.dst : undefined;
    case 'load':
      return form.size < 8 && !form.signed ? insn.dst : undefined;
    case 'load_acq':
      return form.size < 8 ? insn.dst : undefined;
    case 'atomic':
      if (form.size === 8 || !form.op.fetch) return undefined;
      return form.op.name === 'cmpxchg' ? R0 : insn.src;
    case 'packet':
      return R0;
    default:
      return undefined;
  }
}
