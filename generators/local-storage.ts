import type { Random } from 'fast-check';
import type { MapBy } from './plan.ts';
import { oneIn, pick } from './random.ts';

/** A value of a socket or a task: had, or made, and read from or written to; or deleted. */
export interface LocalStorageFragment {
  readonly kind: 'local-storage';
  readonly by: MapBy;
  readonly map: number;
  readonly op: 'load' | 'store' | 'delete';
  /** BPF_LOCAL_STORAGE_GET_F_CREATE is 1. */
  readonly flags: number;
  /** Whether it begins with what lies on the stack. */
  readonly begun: number;
  readonly off: number;
  readonly src: number;
}

export const drawLocalStorage = (
  random: Random,
  { palette }: { readonly palette: { readonly mapBy: readonly MapBy[] } },
): LocalStorageFragment => ({
  kind: 'local-storage',
  by: pick(random, palette.mapBy),
  map: random.nextInt(0, 7),
  op: pick(random, ['load', 'load', 'store', 'store', 'delete']),
  flags: oneIn(random, 4) ? pick(random, [0, 0, 2, 3, -1]) : 1,
  begun: random.nextInt(0, 1),
  off: random.nextInt(0, 255),
  src: random.nextInt(0, 9),
});
