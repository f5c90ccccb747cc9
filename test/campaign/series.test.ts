import { describe, expect, it } from 'vitest';
import { createSeries } from '../../src/campaign/series.ts';
import { progress } from '../ui/events.ts';

/** What is kept of progress told at these moments. */
function seriesOf(momentsMs: readonly number[], samplesMax?: number): readonly number[] {
  const series = createSeries(samplesMax);
  for (const elapsedMs of momentsMs) series.add(progress({ elapsedMs }));
  return series.samples().map((sample) => sample.elapsedMs);
}

const everyMs = (stepMs: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (i + 1) * stepMs);

describe('the series of a campaign', () => {
  it('keeps samples that stand apart, and the newest', () => {
    expect(seriesOf([10, 260, 300, 520, 530])).toEqual([260, 520, 530]);
  });

  it('keeps counts', () => {
    const series = createSeries();
    series.add(progress({ elapsedMs: 1000.4, cases: 5, runs: 9, divergences: 1 }));
    expect(series.samples()).toEqual([{ elapsedMs: 1000, cases: 5, runs: 9, divergences: 1 }]);
  });

  it('keeps every other one of too many, evenly', () => {
    expect(seriesOf(everyMs(250, 8), 8)).toEqual([500, 1000, 1500, 2000]);
    expect(seriesOf(everyMs(250, 11), 8)).toEqual([500, 1000, 1500, 2000, 2500, 2750]);
  });

  it.each([1, 240, 241, 100_000])('is short after %i tellings', (count) => {
    const kept = seriesOf(everyMs(250, count));
    expect(kept.length).toBeLessThanOrEqual(240);
    expect(kept.at(-1)).toBe(count * 250);
  });

  it('has none where nothing was told', () => {
    expect(createSeries().samples()).toEqual([]);
  });
});
