import { sumOfCounts } from '../reports/sum-of-counts.ts';
import type { TargetState } from './screen-state.ts';

/** Whether a target of that name is an emulator: `emulator`, `emulator@6.1`, `emulator@7.2:s390x`. */
export const isEmulator = (name: string): boolean => /^emulator(@|$)/.test(name);

/**
 * The targets as rows of a table. A campaign has an emulator for each different Linux among its
 * kernels; they are one row with the sum of their counts, as each one's are its kernels' once more.
 */
export function targetRows(targets: readonly TargetState[]): readonly TargetState[] {
  const emulators = targets.filter(({ name }) => isEmulator(name));
  if (emulators.length < 2) return targets.map(withoutFindings);
  const others = targets.filter(({ name }) => !isEmulator(name));
  return [folded(emulators), ...others];
}

/** Names of targets, with several emulators as one. */
export function foldedNames(names: readonly string[]): readonly string[] {
  const others = names.filter((name) => !isEmulator(name));
  const emulators = names.length - others.length;
  return emulators < 2 ? names : [emulatorsName(emulators), ...others];
}

const emulatorsName = (count: number): string => `${count} emulators`;

/**
 * The rows for which there is room, in their order: first those with findings or trouble, then those
 * that are getting ready.
 */
export function chooseRows(rows: readonly TargetState[], room: number): readonly TargetState[] {
  const chosen = rows.toSorted((a, b) => interest(b) - interest(a)).slice(0, room);
  return rows.filter((row) => chosen.includes(row));
}

function interest({ phase, counts, findings, restarts }: TargetState): number {
  const died = counts !== undefined && counts.crashed + counts.hung > 0;
  if (findings > 0 || restarts > 0 || died) return 3;
  if (phase.kind === 'preparing' || phase.kind === 'booting') return 2;
  return phase.kind === 'waiting' && counts === undefined ? 1 : 0;
}

/** Every finding is one of the emulator's too: that says nothing. */
const withoutFindings = (target: TargetState): TargetState =>
  isEmulator(target.name) ? { ...target, findings: 0 } : target;

function folded(emulators: readonly TargetState[]): TargetState {
  const [first] = emulators;
  const counts = emulators.flatMap((emulator) => emulator.counts ?? []);
  return {
    ...first,
    name: emulatorsName(emulators.length),
    counts: counts.length === 0 ? undefined : sumOfCounts(counts),
    restarts: emulators.reduce((sum, { restarts }) => sum + restarts, 0),
    findings: 0,
  };
}
