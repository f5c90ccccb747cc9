import type { LinuxSetting, Target } from '../targets/target.ts';

/** Two targets whose outcomes of one case are compared, as indexes into the campaign's targets. */
export type Pair = readonly [number, number];

/**
 * Who is compared with whom. Each kernel with the emulator that was told to be that kernel (or with
 * one that was told to be another than all of them); the emulator's rows say in what engines and
 * releases are known to differ. Without an emulator, the first kernel with every other.
 */
export function pairsOf(targets: readonly Target[]): readonly Pair[] {
  const kernels = targets.flatMap((target, i) => (target.info.engine === 'emulator' ? [] : [i]));
  const emulators = targets.flatMap((target, i) => (target.info.engine === 'emulator' ? [i] : []));
  if (emulators.length === 0) return kernels.slice(1).map((other) => [kernels[0], other]);
  return kernels.flatMap((kernel) =>
    emulators
      .filter((emulator) => {
        const told = targets[emulator].info.linux;
        const pinned = !kernels.some((other) => sameLinux(told, targets[other].info.linux));
        return pinned || sameLinux(told, targets[kernel].info.linux);
      })
      .map((emulator): Pair => [emulator, kernel]),
  );
}

/** Whether one emulator can answer for both. */
export const sameLinux = (a: LinuxSetting, b: LinuxSetting): boolean =>
  a.release === b.release &&
  a.arch === b.arch &&
  a.endianness === b.endianness &&
  a.pageBytes === b.pageBytes &&
  a.cpus === b.cpus &&
  a.execution === b.execution &&
  a.userMode === b.userMode;
