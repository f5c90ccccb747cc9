import type { Case } from '../case/case.ts';
import { withoutDeadInsns } from '../isa/dead-insns.ts';
import { effectsOf } from '../isa/effects.ts';
import { formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { s32, s64, u64 } from '../isa/integers.ts';
import { OPCODE_CALL, REGS, SourceBit } from '../isa/opcode.ts';
import { rewriteInsns } from '../isa/rewrite.ts';
import { type Known, knownValues } from './known-values.ts';
import { withProgs } from './with-progs.ts';

/** Values that wrong rules show with: the ends of both widths, and what only one half of has bits. */
const TELLING: readonly bigint[] = [
  0n,
  1n,
  u64(-1n),
  0xffff_ffffn,
  0xffff_ffff_0000_0000n,
  1n << 32n,
  1n << 63n,
  0x8000_0000n,
  0x0102_0304_0506_0708n,
];

/** Cases in which an insn that computes a value is a constant instead, and what led to it is gone. */
export const withConstants = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    const known = knownValues(insns);
    for (let i = insns.length - 1; i >= 0; i--) {
      const dst = resultOf(insns[i]);
      if (dst === undefined || isConstant(insns[i])) continue;
      const value = known[i + 1]?.get(dst);
      for (const each of new Set(value === undefined ? TELLING : [value, ...TELLING])) {
        yield withoutDeadInsns(replaced(insns, i, constant(dst, each)));
      }
    }
  });

/** Cases in which an operand that is a register is a number instead, that which it is known to hold first. */
export const withImmediateOperands = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    const known = knownValues(insns);
    for (const [i, insn] of insns.entries()) {
      for (const value of new Set([...immediatesFor(insn, known[i]), 0, 1, -1])) {
        const simpler = withImmediate(insn, value);
        if (simpler !== undefined) yield withoutDeadInsns(insns.with(i, simpler));
      }
    }
  });

function immediatesFor(insn: Insn, known: Known): readonly number[] {
  const value = known.get(insn.src);
  if (value === undefined) return [];
  return s32(value) === s64(value) ? [Number(s64(value))] : [Number(s32(value))];
}

/** The insn with a number for its second operand; undefined where it has no such register. */
function withImmediate(insn: Insn, imm: number): Insn | undefined {
  const form = formOf(insn);
  if (form === undefined || !('operand' in form) || form.operand !== 'x') return undefined;
  if (form.kind === 'store')
    return insnOf(formNamed(form.name.replace('stx', 'st')), { ...insn, imm });
  const isKind = form.kind === 'alu' || form.kind === 'jump';
  return isKind ? { ...insn, opcode: insn.opcode & ~SourceBit.X, src: 0, imm } : undefined;
}

/** The one register that an insn puts a value into; of a call, r0. */
function resultOf(insn: Insn): number | undefined {
  if (insn.opcode === OPCODE_CALL) return 0;
  const { writes } = effectsOf(insn);
  const regs = Array.from({ length: REGS }, (_, reg) => reg).filter((reg) => writes & (1 << reg));
  return regs.length === 0 ? undefined : regs[0];
}

const isConstant = (insn: Insn): boolean => {
  const form = formOf(insn);
  return form?.name === 'mov64.k' || (form?.kind === 'lddw' && form.pseudo === 'imm');
};

function constant(dst: number, value: bigint): Insn {
  const signed = s64(value);
  if (signed === s32(value)) return insnOf(formNamed('mov64.k'), { dst, imm: Number(signed) });
  const [imm, nextImm] = [value, value >> 32n].map((half) => Number(s32(half)));
  return insnOf(formNamed('lddw.imm'), { dst, imm, nextImm });
}

const replaced = (insns: readonly Insn[], index: number, by: Insn): readonly Insn[] =>
  rewriteInsns(insns, (insn, i) => (i === index ? [by] : [insn]));
