import type { TargetCounts } from '../campaign/events.ts';
import { countText, shareText } from '../reports/quantity.ts';
import type { TargetState } from './screen-state.ts';
import { notesText, phaseText } from './words.ts';

/** A column of numbers in the table of targets. */
export interface TargetColumn {
  readonly heading: string;
  readonly text: (counts: TargetCounts) => string;
}

/** The columns that fit beside the targets' names and notes, at least one. */
export function targetColumns(
  targets: readonly TargetState[],
  columns: number,
): readonly TargetColumn[] {
  const hasNotes = targets.some((target) => phaseText(target) ?? notesText(target));
  const names = Math.max(...targets.map(({ name }) => name.length), 0);
  let room = columns - names - (hasNotes ? NOTE_COLUMNS : 0);
  const lacksFeatures = targets.some(
    ({ counts }) => counts !== undefined && counts.unsupported > 0,
  );
  const telling = lacksFeatures ? [...ALWAYS, UNSUPPORTED] : ALWAYS;
  const fitting = telling.filter(({ heading }) => {
    room -= Math.max(heading.length, NUMBER_COLUMNS) + GAP_COLUMNS;
    return room >= 0;
  });
  return fitting.length === 0 ? ALWAYS.slice(0, 1) : fitting;
}

const GAP_COLUMNS = 2;
/** A count of six digits with its comma. */
const NUMBER_COLUMNS = 7;
/** Enough for the first trouble. */
const NOTE_COLUMNS = 13;

/** The most telling first; a narrow terminal leaves out the last ones. */
const ALWAYS: readonly TargetColumn[] = [
  { heading: 'cases', text: (counts) => countText(ranBy(counts)) },
  { heading: 'accepted', text: (counts) => shareText(counts.accepted, ranBy(counts)) },
  { heading: 'compared', text: ({ compared }) => countText(compared) },
  { heading: 'incomparable', text: ({ incomparable }) => countText(incomparable) },
];

const UNSUPPORTED: TargetColumn = {
  heading: 'unsupported',
  text: ({ unsupported }) => countText(unsupported),
};

const ranBy = ({ accepted, rejected, crashed, hung }: TargetCounts): number =>
  accepted + rejected + crashed + hung;
