/** How many lines each part of the screen gets. */
export interface Layout {
  readonly title: 0 | 1;
  /** Between the parts. */
  readonly gaps: 0 | 1;
  readonly targetHeading: 0 | 1;
  readonly targets: number;
  /** Says how many targets have no line. */
  readonly targetsMore: 0 | 1;
  readonly divergences: number;
  readonly keys: 0 | 1;
}

export interface Wanted {
  readonly targets: number;
  /** 0 while no target has numbers that need one. */
  readonly targetHeading: 0 | 1;
  readonly divergences: number;
  /** 0 where nobody can press any. */
  readonly keys: 0 | 1;
}

/** Bar, numbers and what was found; they are always there. */
const LINES_FIXED = 3;
/** Divergences that are worth more than the last targets. */
const DIVERGENCES_FIRST = 2;

/**
 * Shares out `rows` lines. One is left free: a frame as high as the terminal makes it scroll. The bar,
 * the numbers, the count of what was found and one target always stay; then come the title, the newest
 * divergences, the keys, the heading, the other targets, the gaps, and older divergences at last.
 */
export function layoutOf(rows: number, wanted: Wanted): Layout {
  let left = Math.max(rows - 1, LINES_FIXED + 1) - LINES_FIXED;
  const take = (most: number): number => {
    const taken = Math.max(Math.min(most, left), 0);
    left -= taken;
    return taken;
  };
  const takeAll = (lines: number): boolean => left >= lines && take(lines) === lines;

  const one = take(Math.min(wanted.targets, 1));
  const title = takeAll(1);
  const newest = take(Math.min(wanted.divergences, DIVERGENCES_FIRST));
  const keys = takeAll(wanted.keys);
  const targetHeading = takeAll(wanted.targetHeading);
  const others = take(wanted.targets - one);
  const hidden = wanted.targets - one - others;
  const gaps = takeAll(2);
  const older = take(wanted.divergences - newest);
  // The line that says how many are hidden takes the place of one more.
  const more = hidden > 0 && others > 0;
  return {
    title: title ? 1 : 0,
    gaps: gaps ? 1 : 0,
    targetHeading: targetHeading ? wanted.targetHeading : 0,
    targets: one + others - (more ? 1 : 0),
    targetsMore: more ? 1 : 0,
    divergences: newest + older,
    keys: keys ? wanted.keys : 0,
  };
}
