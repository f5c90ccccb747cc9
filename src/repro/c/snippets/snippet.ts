/**
 * Parts of C programs, in the order in which they stand in a file. One is put in where what stands behind it
 * names one of its names, so that a short reproducer stays short.
 */
export interface Snippet {
  readonly names: readonly string[];
  readonly text: string;
}

/** The snippets that `body` needs, with those that they need themselves, as text. */
export function neededSnippets(
  snippets: readonly Snippet[],
  body: string,
  separator: '' | '\n' = '\n',
): string {
  let text = body;
  const needed: string[] = [];
  for (const snippet of snippets.toReversed()) {
    if (!snippet.names.some((name) => new RegExp(`\\b${name}\\b`).test(text))) continue;
    needed.unshift(snippet.text.trim());
    text += snippet.text;
  }
  return needed.map((part) => `${part}\n`).join(separator);
}
