import { visible, visibleLine } from '../visible.ts';

/**
 * Text from outside as code in a line or in a cell of a table. All but letters, digits and a few signs are
 * written as numbers, so that nothing of it is Markdown, HTML, a link, a mention or an emoji.
 */
export const code = (text: string, lengthMax?: number): string =>
  `<code>${encoded(visibleLine(text, lengthMax))}</code>`;

/** The same without looking like code, for where code can't stand. */
export const encoded = (text: string): string =>
  visible(text)
    .replace(/\s+/g, ' ')
    .replace(/[^\p{L}\p{N} ,:+=()-]/gu, (character) => `&#${character.codePointAt(0)};`);

/** Lines as they are, between fences that are longer than any in them. */
export function fenced(text: string): string {
  const lines = visible(text);
  const longest = Math.max(0, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${lines.trimEnd()}\n${fence}`;
}

/** Rows below a heading; cells are Markdown of ours. */
export const tableMarkdown = (
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string =>
  [heading, heading.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** What is shown when its headline is clicked on; the headline is Markdown of ours. */
export const folded = (headline: string, body: string): string =>
  `<details><summary>${headline}</summary>\n\n${body}\n\n</details>`;
