import type { IsSteady } from '../campaign/investigate.ts';
import { observedBy } from '../campaign/observed-by.ts';
import { compareOutcomes } from '../compare/compare.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import type { LinuxSetting } from '../targets/target.ts';

/** Luck of two emulators. As bytes they differ in every half. */
export const LUCK = [0x00, 0xa5] as const;

/** Asks two emulators of that Linux of different luck. */
export function steadyOn(linux: LinuxSetting): IsSteady {
  const [a, b] = LUCK.map((luck) => createEmulator({ linux, luck }));
  return async (cases) => {
    const [ofA, ofB] = [await a.execute(cases), await b.execute(cases)];
    return cases.map((testCase, i) => {
      const answers = [observedBy(a, ofA[i]), observedBy(b, ofB[i])] as const;
      return compareOutcomes(testCase, ...answers).kind !== 'diverge';
    });
  };
}
