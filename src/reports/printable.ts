/**
 * A text from outside (a console, a log, an error) as one line of characters that are one column wide
 * each: what isn't printable ASCII becomes `?`, white space a single space.
 */
export const printable = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^\x20-\x7e]/g, '?');

/** The last lines of such a text, as `printable`, without empty ones. */
export const printableTail = (text: string, linesMax: number): readonly string[] =>
  printableLines(text).slice(-linesMax);

/** The first lines of such a text, as `printableTail`, and how many there are more. */
export function printableHead(text: string, linesMax: number): readonly string[] {
  const lines = printableLines(text);
  const more = lines.length - linesMax;
  return more > 0 ? [...lines.slice(0, linesMax), `... ${more} more lines`] : lines;
}

const printableLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(printable)
    .filter((line) => line !== '');
