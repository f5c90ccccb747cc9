import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { plotData } from '../../../src/reports/html/plots.ts';
import type { PlotLibrary } from '../../../src/reports/html/report.ts';
import { reportHtml } from '../../../src/reports/html/report.ts';
import type { Report } from '../../../src/reports/report.ts';
import { page as coverage } from '../coverage/example.ts';
import { elementsOf } from '../markup.ts';
import { EMPTY, HOSTILE_REPORT, reportWith } from '../report-example.ts';

const LIBRARY: PlotLibrary = { script: 'var uPlot;', style: '.uplot {}' };
const pageOf = (report: Report): string => reportHtml(report, LIBRARY);
const textOf = (html: string): string => html.replace(/<[^>]*>/g, '');

const REPORTS: readonly (readonly [string, Report])[] = [
  ['an empty corpus', EMPTY],
  ['a finding', reportWith(1)],
  ['40 findings', reportWith(40)],
  ['hostile content', HOSTILE_REPORT],
  ['coverage', { ...reportWith(1), coverage: coverage() }],
];

describe.each(REPORTS)('a page about %s', (_, report) => {
  const html = pageOf(report);
  const elements = elementsOf(html);
  const named = (name: string) => elements.filter((element) => element.name === name);

  it('has one heading of the first level and none that skips one', () => {
    const levels = elements.flatMap(({ name }) => /^h([1-6])$/.exec(name)?.[1] ?? []).map(Number);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
  });

  it('has a title, a language and a size for phones', () => {
    expect(named('title')).toHaveLength(1);
    expect(named('html')[0].attributes.lang).toBe('en');
    expect(named('meta').some(({ attributes }) => attributes.name === 'viewport')).toBe(true);
  });

  it('names columns and rows of its tables', () => {
    const bare = named('th').filter(({ attributes }) => !/^(col|row)$/.test(attributes.scope));
    expect(bare).toEqual([]);
  });

  it('has every id once, and links that lead somewhere', () => {
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(ids).toEqual([...new Set(ids)]);
    const links = named('a').map(({ attributes }) => attributes.href);
    expect(links.filter((link) => !ids.includes(link.replace(/^#/, '')))).toEqual([]);
  });

  it('loads nothing, and runs only the scripts that its policy knows', () => {
    expect(elements.flatMap(({ attributes }) => attributes.src ?? [])).toEqual([]);
    expect(named('link')).toEqual([]);
    expect(html).not.toMatch(/@import|url\(/);
    const policy = named('meta').find(({ attributes }) => attributes['http-equiv'])!;
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script);
    const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
    expect(policy.attributes.content.replaceAll('&#39;', "'")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; " +
        `script-src ${hashes.join(' ') || "'none'"}; base-uri 'none'; form-action 'none'`,
    );
  });
});

describe('a page about hostile content', () => {
  const html = pageOf(HOSTILE_REPORT);

  it('has no element and no attribute of it', () => {
    const elements = elementsOf(html);
    expect(elements.filter(({ name }) => name === 'img')).toEqual([]);
    expect(elements.flatMap(({ attributes }) => attributes.onerror ?? [])).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(3);
  });

  it('shows it as what it is', () => {
    expect(html).toContain('&#60;img src=x onerror=&#34;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them is to be there
    expect(html).not.toMatch(/[\u202e\u0007\u001b]/);
  });
});

describe('a page', () => {
  it('of an empty corpus says so', () => {
    const text = textOf(pageOf(EMPTY));
    expect(text).toContain('Nothing yet: no campaign, no finding');
    expect(text).toContain('No campaign has been run with this corpus.');
  });

  it('begins with what nobody has decided about', () => {
    expect(pageOf(reportWith(2))).toContain(
      '<p class="verdict bad">2 findings that nobody has decided about</p>',
    );
  });

  it('marks rows and values that differ, by a sign and not by colour alone', () => {
    const html = pageOf(reportWith(1));
    expect(html).toMatch(
      /<tr class="bad"><th scope="row"><span class="differ">≠ <\/span>run 0 retval<\/th><td><mark>0x[\da-f]+<\/mark>/,
    );
  });

  it('has a matrix in which each finding has a letter for each target', () => {
    const [, matrix] = /<div class="matrix">(.*?)<\/div>/s.exec(pageOf(reportWith(3)))!;
    expect(matrix.match(/<span class="answer g0">A<\/span>/g)).toHaveLength(3);
    expect(matrix.match(/<span class="answer g1">B<\/span>/g)).toHaveLength(3);
  });

  it('has a plot for each campaign that has told how it went, in words as well', () => {
    const html = pageOf(reportWith(1));
    expect(html).toContain('aria-label="Cases per second over time, 800 to 1,000/s"');
    const [, json] = /id="plots">(.*?)<\/script>/s.exec(html)!;
    expect(JSON.parse(json)).toEqual([
      {
        seconds: [1, 2, 3, 4],
        casesPerSecond: [1000, 800, 1000, 800],
        divergences: [0, 0, 2, 2],
      },
    ]);
  });

  it('shows where targets begin to differ, and what they hold there', () => {
    const report = reportWith(1);
    const located = {
      kind: 'insn',
      form: 'mov64.k',
      prog: 0,
      insn: 0,
      by: 'trace',
      run: 0,
      iteration: 1,
      values: [{ name: 'r0', before: [null, null], after: [1n, 2n], differs: true }],
      differs: '',
    } as const;
    const [finding] = report.findings;
    const html = pageOf({ ...report, findings: [{ ...finding, located }] });
    expect(html).toMatch(/<mark>→<small> {3}0<\/small> {4}r0 = 0 {2}differs from here<\/mark>/);
    expect(html).toMatch(
      /≠ <\/span>r0<\/th><td><span class="code">–<\/span><\/td><td><mark class="code">0x1<\/mark><\/td><td><mark class="code">0x2<\/mark>/,
    );
  });

  it('tells 200 findings in full, lists more, and says so', () => {
    const html = pageOf(reportWith(203));
    expect(html.match(/<article /g)).toHaveLength(200);
    expect(textOf(html)).toContain('3 more findings not told here');
    expect(html.length).toBeLessThan(2_000_000);
  });
});

describe('the speed of a campaign', () => {
  const sample = (elapsedMs: number, cases: number) => ({
    elapsedMs,
    cases,
    runs: 0,
    divergences: 0,
  });

  it.each([
    [
      'is over a second at least',
      [
        [250, 256],
        [500, 256],
        [1500, 1512],
      ],
      [1024, 512, 1256],
    ],
    [
      'is over a fortieth of the time',
      [
        [98_000, 0],
        [99_000, 1000],
        [100_000, 1000],
      ],
      [0, 10, 10],
    ],
    [
      'is never below 0',
      [
        [1000, 10],
        [2000, 5],
      ],
      [10, 0],
    ],
    ['is none of a campaign that told nothing', [], []],
  ] as const)('%s', (_, samples, expected) => {
    const series = samples.map(([elapsedMs, cases]) => sample(elapsedMs, cases));
    expect(plotData(series).casesPerSecond).toEqual(expected);
  });
});
