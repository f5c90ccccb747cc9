import { effectsOf } from '../isa/effects.ts';
import { type Form, formOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { u32, u64 } from '../isa/integers.ts';
import { targetIndexes } from '../isa/rewrite.ts';

/** What registers are known to hold, unsigned. */
export type Known = ReadonlyMap<number, bigint>;

/**
 * What is known before each insn, and behind the last, by following constants down to the next insn that is
 * jumped to. Only a guess where it is used for: a wrong one is refused by whoever tries what comes of it.
 */
export function knownValues(insns: readonly Insn[]): readonly Known[] {
  const jumpedTo = new Set(targetIndexes(insns));
  const all: Known[] = [];
  let known = new Map<number, bigint>();
  for (const [i, insn] of insns.entries()) {
    if (jumpedTo.has(i)) known = new Map();
    all.push(known);
    known = after(known, insn);
  }
  all.push(known);
  return all;
}

function after(known: Known, insn: Insn): Map<number, bigint> {
  const { writes } = effectsOf(insn);
  const kept = new Map([...known].filter(([reg]) => !(writes & (1 << reg))));
  const value = resultOf(formOf(insn), insn, known);
  return value === undefined ? kept : kept.set(insn.dst, value);
}

function resultOf(form: Form | undefined, insn: Insn, known: Known): bigint | undefined {
  if (form?.kind === 'lddw' && form.pseudo === 'imm') {
    return (u32(BigInt(insn.nextImm ?? 0)) << 32n) | u32(BigInt(insn.imm));
  }
  if (form?.kind !== 'alu') return undefined;
  const src = form.operand === 'x' ? known.get(insn.src) : u64(BigInt(insn.imm));
  const dst = form.op.name === 'mov' ? 0n : known.get(insn.dst);
  if (src === undefined || dst === undefined) return undefined;
  const cut = form.bits === 64 ? u64 : u32;
  return cut(form.op.meaning(cut(dst), cut(src), form.bits));
}
