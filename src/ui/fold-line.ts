/** Changes of how text looks (SGR of ECMA-48), which `Style` puts around it, and single characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a control sequence
const PIECES = /\u001B\[\d*m|[\s\S]/g;
const RESET = '\u001B[0m';
/** These end what the others begin. */
const ENDS: readonly string[] = [RESET, '\u001B[22m', '\u001B[39m'];

/** Columns by which what is continued stands further right. */
const INDENT = 2;

/**
 * A line as lines of so many columns at most, broken behind a word where there is one. A look that goes on over
 * a break is ended before and begun anew behind it. Its characters are one column wide each.
 */
export function foldLine(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const pieces = line.match(PIECES) ?? [];
  const text = pieces.filter(isCharacter).join('');
  if (text.length <= columns) return [line];
  const indent = Math.min(text.length - text.trimStart().length + INDENT, columns >> 1);
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const room = from === 0 ? columns : columns - indent;
    const to = breakAt(text, from, room);
    parts.push((from === 0 ? '' : ' '.repeat(indent)) + styledPart(pieces, from, to));
    from = to;
    while (text[from] === ' ') from++;
  }
  return parts;
}

const isCharacter = (piece: string): boolean => piece.length === 1;

/** Behind the last word that ends in the second half of the room, or else where the room ends. */
function breakAt(text: string, from: number, room: number): number {
  const end = from + room;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  return space > from + (room >> 1) ? space : end;
}

/** The characters from one to before another, in the look that they had. */
function styledPart(pieces: readonly string[], from: number, to: number): string {
  let at = 0;
  let look = '';
  let part = '';
  for (const piece of pieces) {
    if (!isCharacter(piece)) {
      look = ENDS.includes(piece) ? '' : piece;
      if (at > from && at <= to) part += piece;
      continue;
    }
    if (at === from) part = look;
    if (at >= from && at < to) part += piece;
    at++;
  }
  return look === '' && !part.includes('\u001B') ? part : part + RESET;
}
