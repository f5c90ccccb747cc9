import { describe, expect, it } from 'vitest';
import { coverageText } from '../../../src/reports/coverage/text.ts';
import { PLAIN } from '../../../src/reports/style.ts';
import { ASCII, UNICODE } from '../../../src/ui/terminal.ts';
import { page } from './example.ts';

const linesAt = (width: number, glyphs = ASCII): readonly string[] =>
  coverageText(page(), { width, style: PLAIN, glyphs }).split('\n');

describe('coverage in a terminal', () => {
  it('begins with totals and a line for each target', () => {
    expect(linesAt(80).slice(0, 6)).toEqual([
      '1 campaign, 100 cases, 1 diverged',
      '',
      expect.stringMatching(
        /^target +compared +accepted +insns +jumps +helpers +ksyms +maps +types$/,
      ),
      expect.stringMatching(/^uml +98 +99 % +<1 % +\d+ % +33 % +0 % +\d+ % +50 %$/),
      '',
      expect.stringMatching(/^X never {3}1 1 to 9/),
    ]);
  });

  it('marks what was never reached as clearly as what was', () => {
    const lines = linesAt(60);
    const start = lines.findIndex((line) => line.startsWith('Prog types, and'));
    expect(lines.slice(start, start + 7)).toEqual([
      'Prog types, and the errnos of BPF_PROG_RUN: 1 of 2 (50 %)',
      'cases; which errnos each could give is not known',
      'a run  b EINVAL',
      '          a b             a b',
      'xdp       2 1   sk_lookup X .',
      'X never:  sk_lookup',
      '',
    ]);
  });

  it.each([40, 80, 100, 160, 240])('takes no more than %d columns', (width) => {
    const longest = Math.max(...linesAt(width, UNICODE).map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(Math.max(width, 60));
  });

  it('has panels beside each other where there is room', () => {
    // The lists below the panels are as long in any terminal.
    const height = (width: number) =>
      linesAt(width).findIndex((line) => line.startsWith('What verifiers objected to'));
    expect(height(160)).toBeGreaterThan(0);
    expect(height(160)).toBeLessThan(0.6 * height(80));
  });
});
