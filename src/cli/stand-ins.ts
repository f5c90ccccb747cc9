import type { StandIns } from '../campaign/presumed-by.ts';
import { mayReadUnwritten } from '../isa/dead-insns.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import type { LinuxSetting, Target, TargetInfo } from '../targets/target.ts';
import { LUCK, steadyOn } from './steady.ts';

/** What takes more insns is not presumed: hundreds of candidates may, where one loop has lost its end. */
const STEPS_MAX = 1 << 16;
/** Among those each bit is once another. */
const FEW = LUCK.slice(0, 3);

/** For a kernel an emulator that is told to be its Linux; runtimes and emulators stand for themselves. */
export function standInsOn(linux: LinuxSetting): StandIns {
  // Wrapped targets keep their info.
  const emulators = new WeakMap<TargetInfo, Target>();
  return {
    of(target) {
      const { info } = target;
      if (info.engine === 'emulator') return target;
      const emulator =
        emulators.get(info) ?? createEmulator({ linux: info.linux, stepsMax: STEPS_MAX });
      emulators.set(info, emulator);
      return emulator;
    },
    isSteady: steadyOn(linux, FEW),
    mayLoad: ({ progs }) => !progs.some(({ insns }) => mayReadUnwritten(insns)),
  };
}
