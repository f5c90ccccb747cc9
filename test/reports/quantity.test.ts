import { describe, expect, it } from 'vitest';
import {
  countOf,
  countText,
  durationText,
  rateText,
  shareText,
} from '../../src/reports/quantity.ts';

describe('quantities', () => {
  it.each<[string, string]>([
    [countText(0), '0'],
    [countText(999), '999'],
    [countText(1_000), '1,000'],
    [countText(12_345_678), '12,345,678'],
    [countOf(0, 'case'), '0 cases'],
    [countOf(1, 'case'), '1 case'],
    [countOf(2_000, 'case'), '2,000 cases'],
    [shareText(1, 2), '50 %'],
    [shareText(0, 100_000), '0 %'],
    [shareText(1, 100_000), '<1 %'],
    [shareText(99_999, 100_000), '>99 %'],
    [shareText(100_000, 100_000), '100 %'],
    [shareText(0, 0), '-'],
    [durationText(-5), '0.0 s'],
    [durationText(340), '0.3 s'],
    [durationText(9_949), '9.9 s'],
    [durationText(9_950), '10 s'],
    [durationText(59_499), '59 s'],
    [durationText(59_500), '1 min'],
    [durationText(3_599_499), '59 min 59 s'],
    [durationText(3_599_500), '1 h'],
    [durationText(3_600_000 * 26 + 60_000 * 5), '26 h 5 min'],
    [rateText(0.04), '0.0/s'],
    [rateText(9.94), '9.9/s'],
    [rateText(1_234.5), '1,235/s'],
  ])('%s is written %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
