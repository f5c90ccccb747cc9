import { describe, expect, it } from 'vitest';
import { THEME } from '../../../src/reports/html/theme.ts';

/** Of each theme in the text, the light one first. */
const [light, dark] = [...THEME.matchAll(/--page:[^}]*/g)].map(
  ([text]) =>
    new Map([...text.matchAll(/--([\w-]+): (#[\da-f]+)/g)].map(([, name, hex]) => [name, hex])),
);

/** What stands before what. */
const PAIRS = ['page', 'panel'].flatMap((behind) =>
  ['ink', 'faint', 'link', 'x', 'plot'].map((before) => [before, behind] as const),
);
const MARKED = [
  ['x', 'x-page'],
  ['ink', 'x-page'],
  ['good', 'good-page'],
  ['ink', 'good-page'],
] as const;

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1);
  const [red, green, blue] = digits.match(/../g)!.map((pair) => {
    const share = Number.parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s theme', (_, colours) => {
  it.each([...PAIRS, ...MARKED])('has %s stand out from %s by 4.5 to 1', (before, behind) => {
    const [low, high] = [before, behind]
      .map((name) => luminance(colours.get(name)!))
      .sort((a, b) => a - b);
    expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
  });
});
