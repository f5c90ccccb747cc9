import { distanceOf } from './distance.ts';
import { formOf } from './forms.ts';
import { type Insn, slotIndex, slotsOf } from './insn.ts';

/**
 * The insns with each one replaced by what `rewrite` gives for it: none, itself, or others around it.
 * Jumps and calls still go where they went, to the first insn that stands there now; those that went to
 * no insn at all keep their distance.
 */
export function rewriteInsns(
  insns: readonly Insn[],
  rewrite: (insn: Insn, index: number) => readonly Insn[],
): readonly Insn[] {
  const targets = targetIndexes(insns);
  const rewritten = insns.map(rewrite);
  const starts = [0];
  for (const [i, part] of rewritten.entries()) {
    starts.push(part.reduce((slot, insn) => slot + slotsOf(insn), starts[i]));
  }
  return rewritten.flatMap((part, i) => {
    const target = targets[i];
    if (target === undefined) return part;
    let slot = starts[i];
    return part.map((insn) => {
      const at = slot;
      slot += slotsOf(insn);
      return insn === insns[i] ? withDistance(insn, starts[target] - at - 1) : insn;
    });
  });
}

/** The insns that `keep` is true for; see `rewriteInsns`. */
export const keepInsns = (insns: readonly Insn[], keep: readonly boolean[]): readonly Insn[] =>
  rewriteInsns(insns, (insn, i) => (keep[i] ? [insn] : []));

/**
 * The insns in another order, or only some of them: `order` are indexes, each at most once. A jump goes to
 * the insn that it went to; where that is left out, to the one of `instead`, and where there is none, as far
 * as before.
 */
export function reorderInsns(
  insns: readonly Insn[],
  order: readonly number[],
  instead: ReadonlyMap<number, number>,
): readonly Insn[] {
  const targets = targetIndexes(insns);
  const starts = slotIndex(order.map((index) => insns[index]));
  const startOf = new Map(order.map((index, place) => [index, starts[place]]));
  return order.map((index, place) => {
    const insn = insns[index];
    const target = targets[index];
    if (target === undefined) return insn;
    const start = startOf.get(target) ?? startOf.get(instead.get(target) ?? -1);
    return start === undefined ? insn : withDistance(insn, start - starts[place] - 1);
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
  const isShort =
    form?.kind === 'jump' ||
    form?.kind === 'may_goto' ||
    (form?.kind === 'goto' && form.offBits === 16);
  return isShort ? { ...insn, off: distance } : { ...insn, imm: distance };
}
