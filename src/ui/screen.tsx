import { Box } from 'ink';
import type { ReactNode } from 'react';
import { DivergenceList } from './divergence-list.tsx';
import { HowFarLines } from './how-far-lines.tsx';
import { layoutOf } from './layout.ts';
import type { Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import { targetRows } from './target-rows.ts';
import { TargetTable } from './target-table.tsx';
import { TitleLine } from './title-line.tsx';

export interface ScreenProps {
  readonly state: ScreenState;
  readonly look: Look;
  readonly rows: number;
  /** How long ago the last progress was reported. */
  readonly sinceProgressMs: number;
}

/** The whole screen: how far the campaign is, what each target is doing, and what was found. */
export function Screen({ state, look, rows, sinceProgressMs }: ScreenProps): ReactNode {
  const { divergences } = state;
  const targets = targetRows(state.targets);
  const layout = layoutOf(rows, {
    targets: targets.length,
    targetHeading: targets.some(({ counts }) => counts !== undefined) ? 1 : 0,
    divergences: divergences.length,
  });
  return (
    <Box flexDirection="column" width={look.columns} flexShrink={0}>
      {layout.title === 1 && <TitleLine state={state} look={look} />}
      <HowFarLines state={state} look={look} sinceProgressMs={sinceProgressMs} />
      <Box height={layout.gaps} />
      <TargetTable targets={targets} layout={layout} look={look} />
      <Box height={layout.gaps} />
      <DivergenceList state={state} linesMax={layout.divergences} look={look} />
    </Box>
  );
}
