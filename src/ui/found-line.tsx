import type { ReactNode } from 'react';
import { countOf, countText } from '../reports/quantity.ts';
import { Line } from './line.tsx';
import { joinFitting, type Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';

/** How much was found. */
export function FoundLine({
  state,
  look,
}: {
  readonly state: ScreenState;
  readonly look: Look;
}): ReactNode {
  return <Line text={foundText(state, look)} tone={toneOf(state)} look={look} />;
}

function foundText(
  { progress, divergences, recorded, dismissed }: ScreenState,
  look: Look,
): string {
  const diverged = Math.max(progress?.divergences ?? 0, divergences.length);
  if (diverged === 0) return 'no divergence';
  const parts = [`${countOf(diverged, 'case')} diverged`, countOf(recorded, 'finding')];
  if (dismissed > 0) parts.push(`${countText(dismissed)} dismissed`);
  return joinFitting(parts, look.glyphs.separator, look.columns);
}

const toneOf = ({ divergences }: ScreenState): 'good' | 'bad' =>
  divergences.length === 0 ? 'good' : 'bad';
