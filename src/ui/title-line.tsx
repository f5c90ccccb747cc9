import type { ReactNode } from 'react';
import { Line } from './line.tsx';
import { joinFitting, type Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import { statusText } from './words.ts';

/** Which campaign this is and whether it is coming to its end. */
export function TitleLine({
  state,
  look,
}: {
  readonly state: ScreenState;
  readonly look: Look;
}): ReactNode {
  const parts = ['bpfdiff', statusText(state), ...campaignTexts(state)];
  return (
    <Line
      text={joinFitting(parts, look.glyphs.separator, look.columns)}
      tone="strong"
      look={look}
    />
  );
}

const campaignTexts = ({ campaign }: ScreenState): readonly string[] =>
  campaign === undefined ? [] : [`seed ${campaign.seed}`, `profile ${campaign.profile}`];
