import { describe, expect, it } from 'vitest';
import { frameChange, frameWriter } from '../../src/ui/frame-writer.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is read
const WRITTEN = /\u001B\[(\d*)([ABKJ])|\r\n|\r|[^\u001B\r]+/g;

/** What a terminal that shows `before`, its cursor below it, shows after `text`. */
function shownAfter(before: readonly string[], text: string): readonly string[] {
  const lines = [...before, ''];
  let row = before.length;
  for (const [piece, count, final] of text.matchAll(WRITTEN)) {
    if (piece === '\r\n') lines[++row] ??= '';
    else if (piece === '\r') continue;
    else if (final === 'A') row -= Number(count);
    else if (final === 'B') row += Number(count);
    else if (final === 'K') lines[row] = '';
    else if (final === 'J') lines.splice(row, lines.length, '');
    else lines[row] = piece;
  }
  expect(row, 'the cursor is below the frame').toBe(lines.length - 1);
  return lines.slice(0, -1);
}

const FRAMES = [
  [],
  ['a'],
  ['b'],
  ['a', 'b'],
  ['a', 'c', 'd'],
  ['x', 'c', 'd'],
  ['x', 'c', 'e', 'f'],
];

describe('a change of a frame', () => {
  it('makes every frame of every other', () => {
    for (const before of FRAMES) {
      for (const after of FRAMES) {
        expect(shownAfter(before, frameChange(before, after))).toEqual(after);
      }
    }
  });

  it('writes nothing where nothing changed, and no line that did not', () => {
    expect(frameChange(['a', 'b'], ['a', 'b'])).toBe('');
    const change = frameChange(['one', 'two', 'three'], ['one', 'TWO', 'three']);
    expect(change).toContain('TWO');
    expect(change).not.toMatch(/one|three/);
  });
});

it('a frame is taken away before the alternate screen is shown, and drawn again behind it', () => {
  const written: string[] = [];
  const writer = frameWriter((text) => written.push(text));
  writer.draw(['a', 'b']);
  writer.showAlternate();
  writer.showAlternate();
  writer.draw(['list']);
  writer.showMain();
  writer.draw(['a', 'b']);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is read
  const plain = written.join('').replace(/\u001B\[\?(2026|7)[hl]/g, '');
  const frame = '\r\u001B[2Ka\r\n\u001B[2Kb\r\n';
  expect(plain).toBe(
    `${frame}\r\u001B[2A\u001B[J\u001B[?1049h\u001B[2J\u001B[H\r\u001B[2Klist\r\n\u001B[?1049l${frame}`,
  );
});
