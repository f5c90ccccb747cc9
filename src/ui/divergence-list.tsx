import { Text } from 'ink';
import type { ReactNode } from 'react';
import { printable } from '../reports/printable.ts';
import { countOf, countText } from '../reports/quantity.ts';
import { type Cell, tableLines } from '../reports/table.ts';
import { Line } from './line.tsx';
import { joinFitting, type Look, spinnerFrame } from './look.ts';
import type { DivergenceState, ScreenState } from './screen-state.ts';
import { stageText } from './words.ts';

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
  const shown = state.divergences.toSorted((a, b) => rank(a) - rank(b)).slice(0, linesMax);
  const lines = tableLines(shown.map(cellsOf), {
    width: look.columns - MARK_COLUMNS,
    cutMark: look.glyphs.cut,
    style: look.style,
  });
  return (
    <>
      <Line text={foundText(state, look)} tone={toneOf(state)} look={look} />
      {shown.map((divergence, i) => (
        <Text key={divergence.id} wrap="truncate">
          {`${mark(divergence, look)} ${lines[i]}`}
        </Text>
      ))}
    </>
  );
}

const MARK_COLUMNS = 2;

/** What is under way first, then what was found; the newest first among each. */
const rank = ({ stage }: DivergenceState): number =>
  ['shrinking', 'recorded', 'dismissed'].indexOf(stage.kind);

function cellsOf(divergence: DivergenceState): readonly Cell[] {
  const { class: divergenceClass, targets, where, stage, times } = divergence;
  if (times > 1)
    return [divergenceClass, printable(`${stageText(stage)}, ${countText(times)} times`)];
  return [
    { text: divergenceClass, tone: 'bad' },
    printable(stageText(stage)),
    targets.join(' / '),
    printable(where),
  ];
}

function mark({ stage }: DivergenceState, look: Look): string {
  if (stage.kind === 'shrinking') return look.style('busy', spinnerFrame(look));
  if (stage.kind === 'recorded') return look.style('bad', look.glyphs.trouble);
  return look.style('faint', look.glyphs.dismissed);
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
