import { distanceOf } from '../isa/distance.ts';
import { formOf } from '../isa/forms.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';

/**
 * The insns without `count` of them from index `from` on. Jumps and calls over the gap are shortened;
 * those into it go to what follows it. A distance that fits no insn is left as it is.
 */
export function deleteInsns(insns: readonly Insn[], from: number, count: number): readonly Insn[] {
  const slots = slotIndex(insns);
  const gapStart = slots[from];
  const gapEnd = slots[Math.min(from + count, insns.length)];
  const moved = (slot: number): number =>
    slot <= gapStart ? slot : slot >= gapEnd ? slot - (gapEnd - gapStart) : gapStart;
  return insns.flatMap((insn, i) => {
    if (i >= from && i < from + count) return [];
    const distance = distanceOf(insn);
    if (distance === undefined) return [insn];
    const target = slots[i] + 1 + distance;
    return [withDistance(insn, moved(target) - moved(slots[i]) - 1)];
  });
}

function withDistance(insn: Insn, distance: number): Insn {
  const form = formOf(insn);
  const isShort = form?.kind === 'jump' || (form?.kind === 'goto' && form.offBits === 16);
  return isShort ? { ...insn, off: distance } : { ...insn, imm: distance };
}
