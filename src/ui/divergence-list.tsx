import { Text } from 'ink';
import type { ReactNode } from 'react';
import { divergenceRows } from './divergence-rows.ts';
import { FoundLine } from './found-line.tsx';
import type { Look } from './look.ts';
import { inOrder, type ScreenState } from './screen-state.ts';

/** What was found: how much, and the newest, one line each. */
export function DivergenceList({
  state,
  linesMax,
  look,
}: {
  readonly state: ScreenState;
  readonly linesMax: number;
  readonly look: Look;
}): ReactNode {
  const shown = inOrder(state).slice(0, linesMax);
  const rows = divergenceRows(shown, look, look.columns);
  return (
    <>
      <FoundLine state={state} look={look} />
      {shown.map(({ id }, i) => (
        <Text key={id} wrap="truncate">
          {rows[i]}
        </Text>
      ))}
    </>
  );
}
