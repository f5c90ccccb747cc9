import type { IsSteady } from '../campaign/investigate.ts';
import { observedBy } from '../campaign/observed-by.ts';
import { compareOutcomes } from '../compare/compare.ts';
import { createEmulator, type EmulatorOptions } from '../targets/emulator/emulator.ts';
import type { LinuxSetting } from '../targets/target.ts';

/**
 * Of emulators. As bytes all differ from the first in every half, and some begin a header of IPv4 or IPv6, which
 * helpers take. Two alone would agree on a random bit half of the time, and where all of a stack is luck an update
 * with a key of it fails, which would hide what the value is.
 */
export const LUCK = [
  { luck: 0x00 },
  { luck: 0xa5 },
  { luck: 0x5a },
  { luck: 0x45, luckySlots: 'odd' },
  { luck: 0x66, luckySlots: 'even' },
] as const;

/** Asks emulators of that Linux of different luck. */
export function steadyOn(
  linux: LinuxSetting,
  lucks: readonly Pick<EmulatorOptions, 'luck' | 'luckySlots'>[] = LUCK,
): IsSteady {
  const [first, ...others] = lucks.map((luck) => createEmulator({ linux, ...luck }));
  return async (cases) => {
    const expected = await first.execute(cases);
    const steady = cases.map(() => true);
    for (const other of others) {
      const left = [...cases.keys()].filter((i) => steady[i]);
      const found = await other.execute(left.map((i) => cases[i]));
      for (const [n, i] of left.entries()) {
        const answers = [observedBy(first, expected[i]), observedBy(other, found[n])] as const;
        if (compareOutcomes(cases[i], ...answers).kind === 'diverge') steady[i] = false;
      }
    }
    return steady;
  };
}
