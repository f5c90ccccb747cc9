import { helperName } from '../../../isa/helpers.ts';
import type { Located } from '../../../localise/located.ts';
import { defaultRules, type EmulatorRules } from '../../../targets/emulator/rules.ts';

/**
 * Whether what was located is what those rules have wrong: an insn of that form, a call of that helper or
 * kfunc; of a map type, a call or a map command; of a prog type, its run, or an access to memory that shows it.
 */
export const namedRightly = (
  rules: Partial<EmulatorRules>,
  located: Located | undefined,
): boolean => located !== undefined && brokenBy(rules).some((isBroken) => isBroken(located));

type IsBroken = (located: Located) => boolean;

function brokenBy(rules: Partial<EmulatorRules>): readonly IsBroken[] {
  const kinds = Object.keys(rules) as (keyof EmulatorRules)[];
  return kinds.flatMap((kind) => {
    const [wrong, right] = [rules[kind], defaultRules[kind]] as Readonly<Record<string, unknown>>[];
    return Object.keys(wrong)
      .filter((name) => wrong[name] !== right[name])
      .map((name) => BROKEN[kind]?.(name) ?? isForm(name));
  });
}

const isForm =
  (name: string): IsBroken =>
  ({ form }) =>
    form === name;

const ACCESS = /^(ld|st|call )/;

/** By what a row is of; others are rows of forms. */
const BROKEN: Partial<Readonly<Record<keyof EmulatorRules, (name: string) => IsBroken>>> = {
  helpers: (id) => isForm(`call ${helperName(Number(id))}`),
  kfuncs: (name) => isForm(`call ${name}`),
  maps:
    (type) =>
    ({ kind, form }) =>
      kind === 'command' ? form.endsWith(` ${type}`) : form.startsWith('call '),
  run:
    (type) =>
    ({ kind, form }) =>
      kind === 'run' ? form === `run ${type}` : ACCESS.test(form),
};
