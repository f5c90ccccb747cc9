import type { Locate } from '../campaign/investigate.ts';
import { locate } from '../localise/locate.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import type { Target } from '../targets/target.ts';
import { LUCK } from './steady.ts';

/**
 * Says where two targets begin to differ, with emulators of different luck as witnesses, made for each Linux
 * when they are first needed.
 */
export function locator(): Locate {
  const witnesses = new Map<string, readonly Target[]>();
  return (testCase, divergence, pair) => {
    // The kernel's, where there is one: an emulator may be told to be another.
    const { linux } = (pair.find(({ info }) => info.engine !== 'emulator') ?? pair[0]).info;
    const key = JSON.stringify(linux);
    const known = witnesses.get(key) ?? LUCK.map((luck) => createEmulator({ linux, ...luck }));
    witnesses.set(key, known);
    return locate(testCase, divergence, { pair, witnesses: known });
  };
}
