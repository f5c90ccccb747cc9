import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { printable } from '../reports/printable.ts';
import type { Tone } from '../reports/style.ts';
import { type Cell, tableLines } from '../reports/table.ts';
import type { Layout } from './layout.ts';
import { Line } from './line.tsx';
import { type Look, spinnerFrame } from './look.ts';
import type { TargetState } from './screen-state.ts';
import { type TargetColumn, targetColumns } from './target-columns.ts';
import { chooseRows } from './target-rows.ts';
import { notesText, phaseText } from './words.ts';

/** One line for each target: what it is doing, its counts, its troubles. */
export function TargetTable({
  targets,
  layout,
  look,
}: {
  readonly targets: readonly TargetState[];
  readonly layout: Layout;
  readonly look: Look;
}): ReactNode {
  const shown = chooseRows(targets, layout.targets);
  const hidden = targets.filter((target) => !shown.includes(target));
  const columns = targetColumns(targets, look.columns - MARK_COLUMNS);
  const heading: readonly Cell[] = ['target', ...columns.map(({ heading }) => heading), ''].map(
    (text) => ({ text, tone: 'faint' }),
  );
  const [headingLine, ...lines] = tableLines(
    [heading, ...shown.map((target) => cellsOf(target, columns))],
    {
      align: ['left', ...columns.map(() => 'right' as const)],
      width: look.columns - MARK_COLUMNS,
      cutMark: look.glyphs.cut,
      style: look.style,
    },
  );
  return (
    <Box flexDirection="column">
      {layout.targetHeading === 1 && <Text wrap="truncate">{`  ${headingLine}`}</Text>}
      {shown.map((target, i) => (
        <Text key={target.name} wrap="truncate">{`${mark(target, look)} ${lines[i]}`}</Text>
      ))}
      {layout.targetsMore === 1 && <Line text={hiddenText(hidden)} tone="faint" look={look} />}
    </Box>
  );
}

const MARK_COLUMNS = 2;
/** A target that has run nothing yet has a short row: its name and what it is doing. */
function cellsOf(target: TargetState, columns: readonly TargetColumn[]): readonly Cell[] {
  const { name, counts } = target;
  const phase = phaseText(target);
  const doing: Cell = { text: printable(phase ?? ''), tone: 'busy' };
  const label = printable(name);
  if (counts === undefined) return [label, doing];
  const notes: Cell = { text: printable(notesText(target)), tone: 'bad' };
  const note = phase === undefined ? notes : doing;
  return [label, ...columns.map(({ text }) => text(counts)), note];
}

function mark(target: TargetState, look: Look): string {
  const [tone, glyph] = markOf(target, look);
  return look.style(tone, glyph);
}

function markOf({ phase, counts }: TargetState, look: Look): readonly [Tone, string] {
  if (phase.kind === 'preparing' || phase.kind === 'booting') return ['busy', spinnerFrame(look)];
  const runs = phase.kind === 'ready' || (phase.kind === 'waiting' && counts !== undefined);
  return runs ? ['good', look.glyphs.ready] : ['faint', look.glyphs.idle];
}

/** `  and 5 more: 2 booting, 3 ready`. */
function hiddenText(hidden: readonly TargetState[]): string {
  const kinds = hidden.map(({ phase, counts }) => (counts === undefined ? phase.kind : 'running'));
  const parts = [...new Set(kinds)].map(
    (kind) => `${kinds.filter((other) => other === kind).length} ${kind}`,
  );
  return `  and ${hidden.length} more: ${parts.join(', ')}`;
}
