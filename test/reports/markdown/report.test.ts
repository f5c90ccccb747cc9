import { describe, expect, it } from 'vitest';
import { code, fenced } from '../../../src/reports/markdown/markdown.ts';
import { reportMarkdown } from '../../../src/reports/markdown/report.ts';
import { EMPTY, HOSTILE, HOSTILE_REPORT, reportWith } from '../report-example.ts';

/** A text without what stands between fences, by CommonMark's rule: the closing one is as long or longer. */
function outsideOfFences(markdown: string): readonly string[] {
  const outside: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,})(\w*)$/.exec(line);
    if (fence === undefined) {
      fence = run?.[1];
      if (run === null) outside.push(line);
    } else if (run !== null && run[2] === '' && run[1].length >= fence.length) fence = undefined;
  }
  expect(fence).toBeUndefined();
  return outside;
}

describe('a report for a pull request', () => {
  it('of an empty corpus is short and says so', () => {
    expect(reportMarkdown(EMPTY)).toBe(
      [
        '### bpfdiff: Nothing yet: no campaign, no finding',
        '',
        '0 campaigns, 0 cases, 0 runs, 0 diverged; 0 findings in <code>some corpus&#46;db</code>',
        '',
      ].join('\n'),
    );
  });

  it('has a row and a folded text for each finding', () => {
    const lines = outsideOfFences(reportMarkdown(reportWith(3)));
    expect(lines.filter((line) => /^\| <code>/.test(line))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('<details><summary>'))).toHaveLength(3);
    expect(reportMarkdown(reportWith(1))).toContain('Run it again\n  bpfdiff corpus show');
  });

  it('fits a comment, and says what it leaves out', () => {
    const text = reportMarkdown(reportWith(150));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/\d+ more findings not told here, for want of room/);
  });

  it('holds hostile content as text alone', () => {
    const lines = outsideOfFences(reportMarkdown(HOSTILE_REPORT));
    const tags = lines.flatMap((line) => line.match(/<[^>]*>/g) ?? []);
    expect([...new Set(tags)].sort()).toEqual([
      '</code>',
      '</details>',
      '</summary>',
      '<code>',
      '<details>',
      '<summary>',
    ]);
    const rows = lines.filter((line) => line.startsWith('|'));
    expect(rows.map((row) => row.split('|').length)).toEqual(rows.map(() => 8));
    expect(lines.join('\n')).not.toMatch(/@user|https:\/\/|#1 |:\+1:(?!.*<\/code>)/);
  });
});

describe('text in Markdown', () => {
  it.each([
    ['a|b', '<code>a&#124;b</code>'],
    ['*x* _y_ `z` [l](m)', '<code>&#42;x&#42; &#95;y&#95; &#96;z&#96; &#91;l&#93;(m)</code>'],
    ['www.evil.example\n@user', '<code>www&#46;evil&#46;example &#64;user</code>'],
    ['r0 += 1', '<code>r0 += 1</code>'],
  ])('%j is code', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('is fenced by more backticks than are in it', () => {
    expect(fenced(HOSTILE)).toMatch(/^``````text\n.*\n``````$/s);
  });
});
