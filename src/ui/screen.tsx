import { Box } from 'ink';
import type { ReactNode } from 'react';
import { DETAIL_LINES_FIXED, DetailScreen } from './detail-screen.tsx';
import { DivergenceList } from './divergence-list.tsx';
import { HowFarLines } from './how-far-lines.tsx';
import { KeysLine } from './keys-line.tsx';
import { layoutOf } from './layout.ts';
import { LIST_LINES_FIXED, ListScreen } from './list-screen.tsx';
import type { Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import { targetRows } from './target-rows.ts';
import { TargetTable } from './target-table.tsx';
import { TitleLine } from './title-line.tsx';
import type { View } from './view.ts';

export interface ScreenProps {
  readonly state: ScreenState;
  readonly view: View;
  /** The text of the divergence that is looked at; [] where none is. */
  readonly detail: readonly string[];
  readonly look: Look;
  readonly rows: number;
  /** `none`: nobody can press any. */
  readonly keys: 'shown' | 'none';
  /** How long ago the last progress was reported. */
  readonly sinceProgressMs: number;
}

/** The whole screen: what a person looks at, lower than the terminal, which would scroll otherwise. */
export function Screen(props: ScreenProps): ReactNode {
  const { state, view, detail: lines, look, rows } = props;
  const page = pageLines(view, rows);
  switch (view.kind) {
    case 'campaign':
      return <CampaignScreen {...props} />;
    case 'list':
      return <ListScreen {...{ state, view, look, page }} />;
    case 'detail':
      return <DetailScreen {...{ state, view, lines, look, page }} />;
  }
}

/** How many lines of a list or text fit into a terminal of so many rows; one at least. */
export function pageLines({ kind }: View, rows: number): number {
  const fixed = kind === 'list' ? LIST_LINES_FIXED : DETAIL_LINES_FIXED;
  return Math.max(rows - 1 - fixed, 1);
}

/** How far the campaign is, what each target is doing, and what was found. */
function CampaignScreen({ state, look, rows, keys, sinceProgressMs }: ScreenProps): ReactNode {
  const { divergences } = state;
  const targets = targetRows(state.targets);
  const layout = layoutOf(rows, {
    targets: targets.length,
    targetHeading: targets.some(({ counts }) => counts !== undefined) ? 1 : 0,
    divergences: divergences.length,
    keys: keys === 'shown' ? 1 : 0,
  });
  return (
    <Box flexDirection="column" width={look.columns} flexShrink={0}>
      {layout.title === 1 && <TitleLine state={state} look={look} />}
      <HowFarLines state={state} look={look} sinceProgressMs={sinceProgressMs} />
      <Box height={layout.gaps} />
      <TargetTable targets={targets} layout={layout} look={look} />
      <Box height={layout.gaps} />
      <DivergenceList state={state} linesMax={layout.divergences} look={look} />
      {layout.keys === 1 && (
        <KeysLine
          state={state}
          keys={['Enter: look at what was found', 'Ctrl-C: end']}
          look={look}
        />
      )}
    </Box>
  );
}
