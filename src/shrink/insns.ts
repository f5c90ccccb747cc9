import { distanceOf } from '../isa/distance.ts';
import { formOf } from '../isa/forms.ts';
import { type Insn, slotIndex, slotsOf } from '../isa/insn.ts';

/**
 * The insns that `keep` is true for. Jumps and calls still go where they went, or to the next insn
 * that is left; those that went to no insn at all keep their distance.
 */
export function keepInsns(insns: readonly Insn[], keep: readonly boolean[]): readonly Insn[] {
  const targets = targetIndexes(insns);
  const starts = [0];
  for (const [i, insn] of insns.entries()) starts.push(starts[i] + (keep[i] ? slotsOf(insn) : 0));
  return insns.flatMap((insn, i) => {
    if (!keep[i]) return [];
    const target = targets[i];
    return [target === undefined ? insn : withDistance(insn, starts[target] - starts[i] - 1)];
  });
}

/** The insns without those that no path from the first one reaches, which a verifier would reject. */
export function withoutUnreachable(insns: readonly Insn[]): readonly Insn[] {
  const targets = targetIndexes(insns);
  const reached: boolean[] = insns.map(() => false);
  const toVisit = [0];
  for (let i = toVisit.pop(); i !== undefined; i = toVisit.pop()) {
    if (i >= insns.length || reached[i]) continue;
    reached[i] = true;
    const target = targets[i];
    if (target !== undefined) toVisit.push(target);
    const kind = formOf(insns[i])?.kind;
    if (kind !== 'exit' && kind !== 'goto') toVisit.push(i + 1);
  }
  return reached.includes(false) ? keepInsns(insns, reached) : insns;
}

/** For each insn the index of the insn that it jumps to, calls or takes the address of, if any. */
export function targetIndexes(insns: readonly Insn[]): readonly (number | undefined)[] {
  const starts = slotIndex(insns);
  const indexAt = new Map(starts.map((slot, index) => [slot, index]));
  return insns.map((insn, i) => {
    const distance = distanceOf(insn);
    return distance === undefined ? undefined : indexAt.get(starts[i] + 1 + distance);
  });
}

/** The field that `distanceOf` reads, set. */
function withDistance(insn: Insn, distance: number): Insn {
  const form = formOf(insn);
  const isShort = form?.kind === 'jump' || (form?.kind === 'goto' && form.offBits === 16);
  return isShort ? { ...insn, off: distance } : { ...insn, imm: distance };
}
