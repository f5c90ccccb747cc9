import { formOf } from '../../../isa/forms.ts';
import { type Insn, slotIndex } from '../../../isa/insn.ts';

/** The insns of a prog from one entry to the next: the main part first, then its subprogs. */
export interface ProgPart {
  readonly insns: readonly Insn[];
  /** For each insn that calls a subprog, the number of the part. */
  readonly callees: ReadonlyMap<number, number>;
}

/**
 * Cuts a prog into what libbpf links: a main part and subprogs that stand in a section of their own
 * (`bpf_object__reloc_code`, tools/lib/bpf/libbpf.c, 6.1). Undefined where linking them again would
 * make another prog: where a call goes out of the prog, into an insn or to the main part, or a subprog
 * is called by none that is reached, which libbpf would drop and the verifier refuses.
 */
export function progParts(insns: readonly Insn[]): readonly ProgPart[] | undefined {
  const starts = slotIndex(insns);
  const insnAt = new Map(insns.map((_, i) => [starts[i], i]));
  const targets = new Map<number, number>();
  for (const [i, insn] of insns.entries()) {
    if (!isLocalCall(insn)) continue;
    const target = insnAt.get(starts[i] + 1 + insn.imm);
    if (target === undefined || target === 0) return undefined;
    targets.set(i, target);
  }

  const entries = [...new Set([0, ...targets.values()])].sort((a, b) => a - b);
  const parts = entries.map((entry, part): ProgPart => {
    const end = entries[part + 1] ?? insns.length;
    const calls = [...targets].filter(([from]) => from >= entry && from < end);
    return {
      insns: insns.slice(entry, end),
      callees: new Map(calls.map(([from, to]) => [from - entry, entries.indexOf(to)])),
    };
  });
  return reached(parts).size === parts.length ? parts : undefined;
}

function isLocalCall(insn: Insn): boolean {
  const form = formOf(insn);
  return form?.kind === 'call' && form.callee === 'local';
}

function reached(parts: readonly ProgPart[]): ReadonlySet<number> {
  const found = new Set([0]);
  // A set hands out what is added to it while it is walked.
  for (const part of found) for (const callee of parts[part].callees.values()) found.add(callee);
  return found;
}
