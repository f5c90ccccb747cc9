import { printable } from '../reports/printable.ts';
import { countText } from '../reports/quantity.ts';
import { sectionsText } from '../reports/section.ts';
import type { TextOptions } from '../reports/text-options.ts';
import type { DivergenceState } from './screen-state.ts';
import { stageText } from './words.ts';

/** All that is known of a divergence that is no finding, or not yet. */
export function divergenceText(divergence: DivergenceState, options: TextOptions): string {
  const { id, class: divergenceClass, targets, where, stage, times, smallest } = divergence;
  const [a, b] = targets.map(printable);
  const again = times > 1 ? [`So were ${countText(times - 1)} before it.`] : [];
  return sectionsText(
    [
      { title: `${id}: ${a} and ${b} disagree (${divergenceClass})`, lines: [printable(where)] },
      { title: 'What becomes of it', lines: [printable(stageText(stage)), ...again] },
      { title: 'The smallest case so far', lines: smallest?.trimEnd().split('\n') ?? [] },
    ],
    options,
  );
}
