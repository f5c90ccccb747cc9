import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { Tone } from '../reports/style.ts';
import { cutTo } from '../reports/table.ts';
import type { Look } from './look.ts';

/** One line of text, cut to the terminal. */
export function Line({
  text,
  tone,
  look,
}: {
  readonly text: string;
  readonly tone?: Tone;
  readonly look: Look;
}): ReactNode {
  const cut = cutTo(text, look.columns, look.glyphs.cut);
  return <Text wrap="truncate">{tone === undefined ? cut : look.style(tone, cut)}</Text>;
}
