import type { Style } from '../reports/style.ts';
import type { TextOptions } from '../reports/text-options.ts';
import { divergenceText } from './divergence-text.ts';
import { foldLine } from './fold-line.ts';
import type { DivergenceState } from './screen-state.ts';

/** Explains a finding, by its id. Does not throw: where it can't be had, the text says why. */
export type FindingText = (finding: string, options: TextOptions) => string;

/** Two states side by side need as much; on a narrower terminal their lines are folded. */
const TEXT_COLUMNS_MIN = 80;

/**
 * Gives all that is known of a divergence as lines of so many columns at most. What was asked for last is kept, as
 * it is with every frame.
 */
export function detailReader(style: Style, findingText: FindingText) {
  let divergence: DivergenceState | undefined;
  let columns = 0;
  let lines: readonly string[] = [];
  return (wanted: DivergenceState, wantedColumns: number): readonly string[] => {
    if (wanted === divergence && wantedColumns === columns) return lines;
    divergence = wanted;
    columns = wantedColumns;
    const options = { width: Math.max(columns, TEXT_COLUMNS_MIN), style };
    const { stage } = wanted;
    const text =
      stage.kind === 'recorded'
        ? findingText(stage.finding, options)
        : divergenceText(wanted, options);
    lines = text
      .trimEnd()
      .split('\n')
      .flatMap((line) => foldLine(line, wantedColumns));
    return lines;
  };
}
