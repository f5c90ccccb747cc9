/**
 * A text of a case, or of a console, as a comment holds it: printable ASCII in one line, which neither
 * ends the comment nor begins another one or a trigraph.
 */
export const commentText = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]|\\/g, '.')
    .replaceAll('??', '? ?')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .trim();

/** A text as a literal of C. */
export const stringLiteral = (text: string): string =>
  `"${text.replace(/[^\x20-\x7e]|["\\?]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;

/** Lines of at most so many characters, broken at spaces where that goes. */
export function wrapped(text: string, charsMax: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > charsMax) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A comment of its own, of paragraphs. */
export const blockComment = (paragraphs: readonly string[]): string => {
  const lines = paragraphs.flatMap((text, i) => [
    ...(i === 0 ? [] : [' *']),
    ...wrapped(commentText(text), 92).map((line) => ` * ${line}`),
  ]);
  return ['/*', ...lines, ' */'].join('\n');
};

const BYTES_PER_LINE = 12;

/** The bytes of a brace list, in lines; zeros at the end are left to the compiler. */
export function byteLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const piece = bytes.subarray(at, at + BYTES_PER_LINE);
    if (piece.every((byte) => byte === 0)) continue;
    const place = lines.length * BYTES_PER_LINE === at ? '' : `[${at}] = `;
    lines.push(`${place}${byteList(piece)},`);
  }
  return lines;
}

export const byteList = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
