import type { ReactNode } from 'react';
import { Line } from './line.tsx';
import { joinFitting, type Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import { statusText } from './words.ts';

/** The last line: which keys do what, and that the campaign is over where it is. */
export function KeysLine({
  state,
  keys,
  look,
}: {
  readonly state: ScreenState;
  /** What a narrow terminal leaves out first stands last. */
  readonly keys: readonly string[];
  readonly look: Look;
}): ReactNode {
  const isOver = state.summary !== undefined || state.ending;
  const parts = isOver ? [statusText(state), ...keys] : keys;
  return (
    <Line text={joinFitting(parts, look.glyphs.separator, look.columns)} tone="faint" look={look} />
  );
}
