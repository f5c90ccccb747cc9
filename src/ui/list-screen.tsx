import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { divergenceRows } from './divergence-rows.ts';
import { FoundLine } from './found-line.tsx';
import { KeysLine } from './keys-line.tsx';
import type { Look } from './look.ts';
import { inOrder, type ScreenState } from './screen-state.ts';
import { TitleLine } from './title-line.tsx';
import { selectedIndex, type View } from './view.ts';

/** All divergences that are known of, one a line, to choose one from. */
export function ListScreen({
  state,
  view,
  look,
  page,
}: {
  readonly state: ScreenState;
  readonly view: View & { readonly kind: 'list' };
  readonly look: Look;
  readonly page: number;
}): ReactNode {
  const divergences = inOrder(state);
  const ids = divergences.map(({ id }) => id);
  const selected = selectedIndex(view, ids);
  const first = Math.max(Math.min(selected - (page >> 1), ids.length - page), 0);
  const shown = divergences.slice(first, first + page);
  const rows = divergenceRows(shown, look, look.columns - CURSOR_COLUMNS);
  return (
    <Box flexDirection="column" width={look.columns} flexShrink={0}>
      <TitleLine state={state} look={look} />
      <FoundLine state={state} look={look} />
      {shown.map(({ id }, i) => (
        <Text key={id} wrap="truncate">
          {cursor(first + i === selected, look) + rows[i]}
        </Text>
      ))}
      <Box height={page - shown.length} />
      <KeysLine
        state={state}
        keys={['up/down or j/k: choose', 'Enter: open', 'q or Esc: back', 'Ctrl-C: end']}
        look={look}
      />
    </Box>
  );
}

/** Lines of it that are no divergences. */
export const LIST_LINES_FIXED = 3;

const CURSOR_COLUMNS = 2;

const cursor = (isSelected: boolean, { style }: Look): string =>
  isSelected ? `${style('strong', '>')} ` : '  ';
