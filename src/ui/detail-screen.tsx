import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { KeysLine } from './keys-line.tsx';
import type { Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import type { View } from './view.ts';

/** The part of a divergence's text that fits. */
export function DetailScreen({
  state,
  view,
  lines,
  look,
  page,
}: {
  readonly state: ScreenState;
  readonly view: View & { readonly kind: 'detail' };
  readonly lines: readonly string[];
  readonly look: Look;
  readonly page: number;
}): ReactNode {
  const first = Math.max(Math.min(view.scroll, lines.length - page), 0);
  const shown = lines.slice(first, first + page);
  const last = first + shown.length;
  const isAll = shown.length === lines.length;
  return (
    <Box flexDirection="column" width={look.columns} flexShrink={0}>
      {shown.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <Text key={i} wrap="truncate">
          {line || ' '}
        </Text>
      ))}
      <Box height={page - shown.length} />
      <KeysLine
        state={state}
        keys={[
          isAll ? 'all is shown' : `lines ${first + 1}-${last} of ${lines.length}`,
          'q or Esc: back',
          ...(isAll ? [] : ['up/down, PgUp/PgDn, g/G: scroll']),
          'Ctrl-C: end',
        ]}
        look={look}
      />
    </Box>
  );
}

/** Lines of it that are not the text's. */
export const DETAIL_LINES_FIXED = 1;
