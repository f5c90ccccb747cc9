import { Text } from 'ink';
import type { ReactNode } from 'react';
import { durationText, shareText } from '../reports/quantity.ts';
import { Line } from './line.tsx';
import { joinFitting, type Look } from './look.ts';
import type { ScreenState } from './screen-state.ts';
import { type HowFar, howFar, readyText } from './words.ts';

/** A bar, and the numbers below it. */
export function HowFarLines({
  state,
  look,
  sinceProgressMs,
}: {
  readonly state: ScreenState;
  readonly look: Look;
  readonly sinceProgressMs: number;
}): ReactNode {
  const { limit, progress, summary } = state;
  const goesOn = summary === undefined;
  const far =
    limit &&
    progress &&
    howFar(limit, progress, progress.elapsedMs + (goesOn ? sinceProgressMs : 0));
  return (
    <>
      <Bar fraction={far?.fraction ?? 0} look={look} />
      <Line
        text={
          far === undefined
            ? beforeText(state, sinceProgressMs, look)
            : numbersText(far, goesOn, look)
        }
        look={look}
      />
    </>
  );
}

const PERCENT_COLUMNS = 6;

function Bar({ fraction, look }: { readonly fraction: number; readonly look: Look }): ReactNode {
  const { style, glyphs } = look;
  const columns = Math.max(look.columns - PERCENT_COLUMNS, 0);
  const done = Math.floor(columns * fraction);
  const bar =
    style('good', glyphs.barDone.repeat(done)) +
    style('faint', glyphs.barLeft.repeat(columns - done));
  return (
    <Text wrap="truncate">
      {bar}
      {shareText(Math.floor(fraction * 1000), 1000).padStart(PERCENT_COLUMNS)}
    </Text>
  );
}

/** Kernels boot, and then the first batch of cases is under way. */
function beforeText({ targets, limit }: ScreenState, sinceMs: number, look: Look): string {
  const what = limit === undefined ? readyText(targets) : 'the first cases are under way';
  const parts = what === undefined ? ['no case yet'] : [what, durationText(sinceMs)];
  return joinFitting(parts, look.glyphs.separator, look.columns);
}

/** The parts that a narrow terminal leaves out first stand last. */
function numbersText({ done, left, rate, elapsed }: HowFar, goesOn: boolean, look: Look): string {
  const parts = goesOn && left !== undefined ? [done, left, rate] : [done, rate];
  return joinFitting([...parts, elapsed], look.glyphs.separator, look.columns);
}
