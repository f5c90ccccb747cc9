/** What stands for a character that can't be seen. */
const UNSEEN = '\ufffd';

/**
 * A text from outside that looks like what it is, in any language: control characters but those of lines
 * and tabs, and what turns the direction of text or isn't seen at all, become U+FFFD.
 */
export const visible = (text: string): string =>
  text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu, UNSEEN);

/** Such a text as one line, cut where it is longer. */
export function visibleLine(text: string, lengthMax = 500): string {
  const line = visible(text.slice(0, lengthMax + 1).replace(/\s+/g, ' '));
  return line.length > lengthMax ? `${line.slice(0, lengthMax - 1)}…` : line;
}

/** The first lines of such a text, without empty ones, and how many there are more. */
export function visibleLines(text: string, linesMax: number): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(0, linesMax).map((line) => visibleLine(line));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… ${more} more lines`] : shown;
}
