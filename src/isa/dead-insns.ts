import { ARGUMENTS, CALLER_SAVED, type Effects, effectsOf, maskOf, R0 } from './effects.ts';
import { formOf } from './forms.ts';
import type { Insn } from './insn.ts';
import { R10 } from './opcode.ts';
import { keepInsns, targetIndexes, withoutUnreachable } from './rewrite.ts';

/**
 * The insns without those that are in vain: that nothing reaches, that compute what nobody reads, that
 * fill a stack which nobody looks at; again and again, until all that is left has its use.
 */
export function withoutDeadInsns(insns: readonly Insn[]): readonly Insn[] {
  for (let left = withoutUnreachable(insns); ; ) {
    const keep = usefulInsns(left);
    if (!keep.includes(false)) return left;
    left = keepInsns(left, keep);
  }
}

function usefulInsns(insns: readonly Insn[]): readonly boolean[] {
  const live = liveness(insns, insns.map(effectsOf)).after;
  const stackIsRead = insns.some((insn) => readsStack(insn));
  return insns.map((insn, i) => {
    const { writes, beside } = effectsOf(insn);
    if (isStackStore(insn)) return stackIsRead;
    return beside !== 'pure' || (writes & live[i]) !== 0;
  });
}

const isStackStore = (insn: Insn): boolean => insn.dst === R10 && formOf(insn)?.kind === 'store';

/** Whether what lies on the stack can get anywhere by this insn, or a pointer to it. */
const readsStack = (insn: Insn): boolean =>
  (effectsOf(insn).reads & maskOf(R10)) !== 0 && (!isStackStore(insn) || insn.src === R10);

/** The registers that may be read before something is written to them, as a mask: what insns begin with matters. */
export const liveAtStart = (insns: readonly Insn[]): number =>
  liveness(insns, insns.map(effectsOf)).before[0] ?? 0;

/**
 * Whether there is a way through a prog on which it reads a register that nothing has written: mostly none that a
 * verifier takes, but for ways that jumps never lead. Arguments of calls and functions are left out.
 */
export function mayReadUnwritten(insns: readonly Insn[]): boolean {
  const effects = insns.map(effectsOf);
  const isCall = effects.map(({ writes }) => writes === CALLER_SAVED);
  const { before, after } = liveness(
    insns,
    effects.map((each, i) =>
      isCall[i] ? { reads: each.reads & ~ARGUMENTS, writes: maskOf(R0) } : each,
    ),
  );
  const unwritten = (before[0] ?? 0) & ~maskOf(CTX, R10);
  return unwritten !== 0 || after.some((live, i) => isCall[i] && (live & ARGUMENTS) !== 0);
}

/** The register that a prog is given its ctx in. */
const CTX = 1;

/** For each insn the registers that may still be read, before it and after it, as masks. */
function liveness(
  insns: readonly Insn[],
  effects: readonly Pick<Effects, 'reads' | 'writes'>[],
): {
  readonly before: readonly number[];
  readonly after: readonly number[];
} {
  const targets = targetIndexes(insns);
  const after: number[] = insns.map(() => 0);
  const before: number[] = insns.map(() => 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = insns.length - 1; i >= 0; i--) {
      let live = 0;
      for (const next of successors(insns[i], i, targets[i])) live |= before[next] ?? 0;
      after[i] = live;
      const needed = (live & ~effects[i].writes) | effects[i].reads;
      if (needed !== before[i]) changed = true;
      before[i] = needed;
    }
  }
  return { before, after };
}

/** Where an insn goes on within its function. */
function successors(insn: Insn, i: number, target: number | undefined): readonly number[] {
  const kind = formOf(insn)?.kind;
  if (kind === 'exit') return [];
  if (kind === 'goto') return target === undefined ? [] : [target];
  const jumps = kind === 'jump' || kind === 'may_goto';
  return jumps && target !== undefined ? [i + 1, target] : [i + 1];
}
