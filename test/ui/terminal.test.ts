import { describe, expect, it } from 'vitest';
import { COLOURED, PLAIN } from '../../src/reports/style.ts';
import { ASCII, detectTerminal, UNICODE } from '../../src/ui/terminal.ts';

const XTERM = { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' };

describe('a terminal', () => {
  it.each<[string, Record<string, string>, boolean, 'screen' | 'lines']>([
    ['is drawn on', XTERM, true, 'screen'],
    ['that is a file gets lines', XTERM, false, 'lines'],
    ['that is dumb gets lines', { ...XTERM, TERM: 'dumb' }, true, 'lines'],
    ['in CI gets lines', { ...XTERM, CI: 'true' }, true, 'lines'],
    ['with CI=false is drawn on', { ...XTERM, CI: 'false' }, true, 'screen'],
  ])('%s', (_, env, isTerminal, drawing) => {
    expect(detectTerminal(env, isTerminal).drawing).toBe(drawing);
  });

  it.each<[string, Record<string, string>, boolean, typeof PLAIN]>([
    ['has colours', XTERM, true, COLOURED],
    ['that is a file has none', XTERM, false, PLAIN],
    ['that is a file has them by FORCE_COLOR', { ...XTERM, FORCE_COLOR: '1' }, false, COLOURED],
    ['has none by FORCE_COLOR=0', { ...XTERM, FORCE_COLOR: '0' }, true, PLAIN],
    ['has none by NO_COLOR', { ...XTERM, NO_COLOR: '1', FORCE_COLOR: '1' }, true, PLAIN],
    ['has colours where NO_COLOR is empty', { ...XTERM, NO_COLOR: '' }, true, COLOURED],
    ['that is dumb has none', { ...XTERM, TERM: 'dumb' }, true, PLAIN],
  ])('%s', (_, env, isTerminal, style) => {
    expect(detectTerminal(env, isTerminal).style).toBe(style);
  });

  it.each<[string, Record<string, string>, typeof ASCII]>([
    ['in a UTF-8 locale has Unicode', XTERM, UNICODE],
    ['in the locale C has ASCII', { ...XTERM, LANG: 'C' }, ASCII],
    ['without a locale has ASCII', { TERM: 'xterm' }, ASCII],
    ['obeys LC_ALL before LANG', { ...XTERM, LC_ALL: 'C' }, ASCII],
    ['passes over an empty LC_ALL', { ...XTERM, LC_ALL: '', LC_CTYPE: 'C.utf8' }, UNICODE],
    ['that is the console of Linux has ASCII', { ...XTERM, TERM: 'linux' }, ASCII],
  ])('%s', (_, env, glyphs) => {
    expect(detectTerminal(env, true).glyphs).toBe(glyphs);
  });
});

it('every glyph is one column wide, in ASCII within ASCII', () => {
  for (const glyphs of [UNICODE, ASCII]) {
    const { spinner, separator, heat, ...single } = glyphs;
    const all = [...Object.values(single), ...spinner, ...heat];
    expect(all.filter((glyph) => glyph.length !== 1)).toEqual([]);
    expect(separator).toHaveLength(3);
  }
  expect(JSON.stringify(ASCII)).toMatch(/^[\x20-\x7e]*$/);
});
