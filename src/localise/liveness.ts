import type { Flow } from './flow.ts';
import { ARGUMENTS, effectOf, type RegSet } from './registers.ts';

/**
 * For each insn the registers that may still be read, before something else is put into them, from
 * there on. What a function reads of its arguments counts where it is called.
 */
export function liveBefore({
  insns,
  forms,
  successors,
  callees,
}: Pick<Flow, 'insns' | 'forms' | 'successors' | 'callees'>): readonly RegSet[] {
  const live: RegSet[] = insns.map(() => 0);
  const effects = insns.map((insn, i) => effectOf(insn, forms[i]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = insns.length - 1; i >= 0; i--) {
      const after = successors[i].reduce((set, next) => set | live[next], 0);
      const callee = callees[i];
      const given = callee === undefined ? 0 : live[callee] & ARGUMENTS;
      const before = (after & ~effects[i].writes) | effects[i].reads | given;
      if (before === live[i]) continue;
      live[i] = before;
      changed = true;
    }
  }
  return live;
}
