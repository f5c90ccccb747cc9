import type { Case } from '../../src/case/case.ts';
import { formOf } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';

/** The numbers that stand in cases, by what they are for. */
export interface Numbers {
  /** Of `lddw`. */
  readonly words: readonly bigint[];
  /** Fields of ctxs. */
  readonly ctx: readonly bigint[];
  /** Of arithmetic, and of stores. */
  readonly immediates: readonly number[];
  readonly compared: readonly number[];
  /** Bytes of accesses. */
  readonly sizes: ReadonlySet<number>;
  /** Of accesses to r10. */
  readonly stackOffsets: readonly number[];
}

export function numbersOf(cases: readonly Case[]): Numbers {
  const words: bigint[] = [];
  const immediates: number[] = [];
  const compared: number[] = [];
  const stackOffsets: number[] = [];
  const sizes = new Set<number>();
  for (const insn of cases.flatMap(({ progs }) => progs.flatMap(({ insns }) => insns))) {
    const form = formOf(insn);
    if (form === undefined) continue;
    if (form.kind === 'lddw' && form.pseudo === 'imm') {
      words.push((BigInt(insn.nextImm ?? 0) << 32n) | BigInt.asUintN(32, BigInt(insn.imm)));
    }
    if ((form.kind === 'alu' || form.kind === 'store') && form.imm === 'any') {
      immediates.push(insn.imm);
    }
    if (form.kind === 'jump' && form.operand === 'k') compared.push(insn.imm);
    if (form.kind === 'load' || form.kind === 'store') {
      sizes.add(form.size);
      if ((form.kind === 'load' ? insn.src : insn.dst) === R10) stackOffsets.push(insn.off);
    }
  }
  const ctx = cases.flatMap(({ runs }) =>
    runs.flatMap((run) => Object.values(run.ctx?.fields ?? {})),
  );
  return { words, ctx, immediates, compared, sizes, stackOffsets };
}
