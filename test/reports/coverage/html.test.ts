import { describe, expect, it } from 'vitest';
import { coverageHtml } from '../../../src/reports/coverage/html.ts';
import { page } from './example.ts';

const html = coverageHtml(page());

describe('coverage for browsers', () => {
  it('needs nothing but itself', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|url\(|https?:|@import/);
  });

  it('escapes what came from kernels', () => {
    expect(html).toContain('&#60;b&#62;&#38;');
    expect(html).not.toContain('<b>&');
  });

  it('has a cell for each count, and a cross for what never was', () => {
    expect(html).toContain('<i class="l4" title="executed: 1,200"></i>');
    expect(html).toMatch(
      /<b>map_lookup_elem<\/b><i class="l2" title="xdp: 12"><\/i><i class="x" title="sk_lookup: never">×<\/i>/,
    );
    expect(html).toMatch(/<b class="x">redirect<\/b>/);
  });

  it('has as many cells in each map as rows and columns', () => {
    const cells = page().grids.reduce(
      (sum, { rows, columns }) => sum + rows.length * columns.length,
      0,
    );
    expect(html.match(/<i class="(?!c )/g)).toHaveLength(cells);
  });
});
