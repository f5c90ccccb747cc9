import type { NamedReach } from '../campaign/events.ts';
import { FORMS } from '../isa/forms.ts';
import { countText, shareText } from './quantity.ts';

/** Where conditional jumps went. */
export interface JumpWays {
  /** Forms of conditional jumps that there are, and those that went both ways over all cases. */
  readonly forms: number;
  readonly bothForms: number;
  /** Insns of cases that were reached, each once in its case, and those that went both ways in it. */
  readonly insns: number;
  readonly bothInsns: number;
}

/** The forms of conditional jumps. */
export const JUMP_FORMS: readonly string[] = FORMS.filter(({ kind }) => kind === 'jump').map(
  ({ name }) => name,
);

/** Sums up where the jumps of compared cases went; see `Reach.branches`. */
export function jumpWays(branches: NamedReach['branches']): JumpWays {
  const count = (form: string, ways: string) => branches[`${form} ${ways}`] ?? 0;
  const both = JUMP_FORMS.map((form) => count(form, 'both'));
  return {
    forms: JUMP_FORMS.length,
    bothForms: JUMP_FORMS.filter(
      (form, i) => both[i] > 0 || (count(form, 'taken') > 0 && count(form, 'not-taken') > 0),
    ).length,
    insns: Object.values(branches).reduce((sum, insns) => sum + insns, 0),
    bothInsns: both.reduce((sum, insns) => sum + insns, 0),
  };
}

/** One line: by form over the campaign, and by insn within its case. */
export function jumpWaysText(ways: JumpWays): string {
  const forms = `${ways.bothForms} of ${ways.forms} forms`;
  const insns = `${shareText(ways.bothInsns, ways.insns)} of ${countText(ways.insns)} insns`;
  return `jumps that went both ways: ${forms}; within one case ${insns}`;
}
