import { describe, expect, it } from 'vitest';
import { type Layout, layoutOf } from '../../src/ui/layout.ts';

const HEIGHTS = [1, 4, 5, 8, 10, 12, 24, 50];
const AMOUNTS = [0, 1, 2, 5, 14, 64];

/** Bar, numbers and what was found. */
const linesOf = (layout: Layout): number =>
  3 +
  layout.title +
  2 * layout.gaps +
  layout.targetHeading +
  layout.targets +
  layout.targetsMore +
  layout.divergences +
  layout.keys;

const everyLayout = HEIGHTS.flatMap((rows) =>
  AMOUNTS.flatMap((targets) =>
    AMOUNTS.map((divergences) => ({ rows, wanted: { targets, divergences } })),
  ),
);

describe('every layout', () => {
  it.each([0, 1] as const)('leaves a line of the terminal free, with heading %i', (heading) => {
    for (const { rows, wanted } of everyLayout) {
      const layout = layoutOf(rows, { ...wanted, targetHeading: heading, keys: heading });
      expect(linesOf(layout), JSON.stringify({ rows, wanted })).toBeLessThan(Math.max(rows, 5));
    }
  });

  it('shows no more than there is', () => {
    for (const { rows, wanted } of everyLayout) {
      const { targets, divergences } = layoutOf(rows, { ...wanted, targetHeading: 1, keys: 1 });
      expect(targets).toBeLessThanOrEqual(wanted.targets);
      expect(divergences).toBeLessThanOrEqual(wanted.divergences);
    }
  });
});

describe('a layout', () => {
  const ROOMY = {
    title: 1,
    gaps: 1,
    targetHeading: 1,
    targets: 2,
    targetsMore: 0,
    divergences: 3,
    keys: 0,
  };
  it.each<[string, number, Parameters<typeof layoutOf>[1], Layout]>([
    [
      'has all in 24 rows',
      24,
      { targets: 2, targetHeading: 1, divergences: 3, keys: 0 },
      ROOMY as Layout,
    ],
    [
      'of 10 rows and many targets says that some are hidden',
      10,
      { targets: 14, targetHeading: 1, divergences: 0, keys: 0 },
      { title: 1, gaps: 0, targetHeading: 1, targets: 3, targetsMore: 1, divergences: 0, keys: 0 },
    ],
    [
      'of 10 rows keeps the two newest divergences',
      10,
      { targets: 14, targetHeading: 1, divergences: 9, keys: 0 },
      { title: 1, gaps: 0, targetHeading: 1, targets: 1, targetsMore: 1, divergences: 2, keys: 0 },
    ],
    [
      'of 10 rows has the keys rather than the heading and a second target',
      10,
      { targets: 14, targetHeading: 1, divergences: 9, keys: 1 },
      { title: 1, gaps: 0, targetHeading: 1, targets: 1, targetsMore: 0, divergences: 2, keys: 1 },
    ],
    [
      'of 5 rows keeps one target',
      5,
      { targets: 14, targetHeading: 1, divergences: 9, keys: 0 },
      { title: 0, gaps: 0, targetHeading: 0, targets: 1, targetsMore: 0, divergences: 0, keys: 0 },
    ],
  ])('%s', (_, rows, wanted, expected) => {
    expect(layoutOf(rows, wanted)).toEqual(expected);
  });
});
