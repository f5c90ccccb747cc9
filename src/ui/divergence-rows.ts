import { printable } from '../reports/printable.ts';
import { countText } from '../reports/quantity.ts';
import { type Cell, tableLines } from '../reports/table.ts';
import { type Look, spinnerFrame } from './look.ts';
import type { DivergenceState } from './screen-state.ts';
import { stageText } from './words.ts';

/** A line for each divergence, of `columns` at most: a mark, its class, what became of it, who and where. */
export function divergenceRows(
  shown: readonly DivergenceState[],
  look: Look,
  columns: number,
): readonly string[] {
  const lines = tableLines(shown.map(cellsOf), {
    width: columns - MARK_COLUMNS,
    cutMark: look.glyphs.cut,
    style: look.style,
  });
  return shown.map((divergence, i) => `${divergenceMark(divergence, look)} ${lines[i]}`);
}

const MARK_COLUMNS = 2;

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

/** One column that says what becomes of it. */
export function divergenceMark({ stage }: DivergenceState, look: Look): string {
  if (stage.kind === 'recorded') return look.style('bad', look.glyphs.trouble);
  if (stage.kind === 'dismissed') return look.style('faint', look.glyphs.dismissed);
  return look.style('busy', spinnerFrame(look));
}
