import type { FindChange } from '../campaign/investigate.ts';
import { observedBy } from '../campaign/observed-by.ts';
import type { Case } from '../case/case.ts';
import { changeName } from '../causes/changes.ts';
import { compareOutcomes, type Observed } from '../compare/compare.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import { type Differing, mixedRules, rulesThatDiffer } from '../targets/emulator/releases.ts';
import type { LinuxSetting, Target } from '../targets/target.ts';

type Rule = keyof Differing;

/**
 * Tells by which intended changes two kernels of different releases differ: emulators of the first
 * kernel's release are given rules of the second's, until they answer as the second kernel does.
 * None where the emulator does not follow one of the two, or where no change explains it.
 */
export function changeFinder(): FindChange {
  const emulators = new Map<string, Target>();
  function emulator(linux: LinuxSetting, rules: readonly Rule[], other: string): Target {
    const key = JSON.stringify([linux, rules, other]);
    const known = emulators.get(key);
    if (known !== undefined) return known;
    const created = createEmulator({ linux, release: mixedRules(linux.release, rules, other) });
    if (rules.length <= 1) emulators.set(key, created);
    return created;
  }

  return async (testCase, [a, b]) => {
    const [from, to] = [a.info.linux, b.info.linux];
    if (from.release === to.release || !sameMachine(from, to)) return [];
    const rules = rulesThatDiffer(from.release, to.release);
    const answersAs = async (changed: readonly Rule[], observed: Observed): Promise<boolean> =>
      agrees(testCase, emulator(from, changed, to.release), observed);
    if (!(await answersAs([], a)) || !(await answersAs(rules, b))) return [];
    for (const rule of rules) {
      if (await answersAs([rule], b)) return [changeName(rule)];
    }
    return (await fewest(rules, (some) => answersAs(some, b))).map(changeName);
  };
}

/** Leaves out one rule after the other where the others are enough. */
async function fewest(
  rules: readonly Rule[],
  areEnough: (rules: readonly Rule[]) => Promise<boolean>,
): Promise<readonly Rule[]> {
  let kept = rules;
  for (const rule of rules) {
    const others = kept.filter((other) => other !== rule);
    if (await areEnough(others)) kept = others;
  }
  return kept;
}

async function agrees(testCase: Case, emulator: Target, observed: Observed): Promise<boolean> {
  const [outcome] = await emulator.execute([testCase]);
  return compareOutcomes(testCase, observedBy(emulator, outcome), observed).kind === 'agree';
}

/** Whether the two differ in their release alone. */
const sameMachine = (a: LinuxSetting, b: LinuxSetting): boolean =>
  JSON.stringify({ ...a, release: '' }) === JSON.stringify({ ...b, release: '' });
