import type { LinuxSetting, Target } from '../targets/target.ts';

/** Two targets whose outcomes of one case are compared, as indexes into the campaign's targets. */
export type Pair = readonly [number, number];

/**
 * Who is compared with whom. Each kernel with the emulator that was told to be that kernel (or with
 * one that was told to be another than all of them), and the engines of one kernel with each other,
 * because only kernels have a verdict. Without an emulator, the first kernel with every other.
 */
export function pairsOf(targets: readonly Target[]): readonly Pair[] {
  const kernels = targets.flatMap((target, i) => (target.info.engine === 'emulator' ? [] : [i]));
  const emulators = targets.flatMap((target, i) => (target.info.engine === 'emulator' ? [i] : []));
  const pairs: Pair[] = [];
  for (const kernel of kernels) {
    const { linux } = targets[kernel].info;
    for (const emulator of emulators) {
      const told = targets[emulator].info.linux;
      const pinned = !kernels.some((other) => sameLinux(told, targets[other].info.linux));
      if (pinned || sameLinux(told, linux)) pairs.push([emulator, kernel]);
    }
    const first = emulators.length === 0 ? kernels[0] : firstOfSameKernel(targets, kernels, kernel);
    if (first !== kernel) pairs.push([first, kernel]);
  }
  return pairs;
}

/** Whether one emulator can answer for both. */
export const sameLinux = (a: LinuxSetting, b: LinuxSetting): boolean =>
  a.release === b.release &&
  a.endianness === b.endianness &&
  a.pageBytes === b.pageBytes &&
  a.cpus === b.cpus;

function firstOfSameKernel(
  targets: readonly Target[],
  kernels: readonly number[],
  kernel: number,
): number {
  const { info } = targets[kernel];
  return kernels.find(
    (i) => targets[i].info.build === info.build && targets[i].info.kernel === info.kernel,
  )!;
}
