/** Draws frames on a terminal, each in the place of the one before. */
export interface FrameWriter {
  /** Writes the lines of a frame that are not there already, the cursor below the last at its end. */
  draw(lines: readonly string[]): void;
  /** What was drawn is gone or may be anywhere: the next frame is drawn from where the cursor is. */
  forget(): void;
  /** Erases the screen (not what was scrolled out of it); the next frame is drawn at its top. */
  clear(): void;
  /**
   * Goes over to a screen that is only ours and back (`smcup` of terminfo). What was drawn before is taken away
   * first, so that nothing of it stays in the way.
   */
  showAlternate(): void;
  showMain(): void;
}

/**
 * A frame must be lower than the terminal, which would scroll, and no wider. Terminals that can (mode 2026) show
 * a change all at once.
 */
export function frameWriter(write: (text: string) => void): FrameWriter {
  let drawn: readonly string[] = [];
  let isAlternate = false;

  const take = (text: string): void => {
    write(text);
    drawn = [];
  };
  const takeAway = (): string => `${up(drawn.length)}${ERASE_BELOW}`;

  return {
    draw(lines) {
      const change = frameChange(drawn, lines);
      drawn = lines;
      if (change !== '') write(`${BEGIN_CHANGE}${change}${END_CHANGE}`);
    },
    forget: () => take(''),
    clear: () => take(CLEAR),
    showAlternate() {
      if (!isAlternate) take(takeAway() + ALTERNATE_SCREEN + CLEAR);
      isAlternate = true;
    },
    showMain() {
      if (isAlternate) take(MAIN_SCREEN);
      isAlternate = false;
    },
  };
}

/** What turns a frame into another where the cursor is below the first; '' where they are the same. */
export function frameChange(drawn: readonly string[], lines: readonly string[]): string {
  const first = lines.findIndex((line, i) => line !== drawn[i]);
  const from = first === -1 ? Math.min(lines.length, drawn.length) : first;
  if (from === lines.length && from === drawn.length) return '';
  let change = up(drawn.length - from);
  let skipped = 0;
  for (const [i, line] of lines.entries()) {
    if (i < from) continue;
    if (line === drawn[i]) {
      skipped++;
      continue;
    }
    change += down(skipped) + ERASE_LINE + line + NEXT_LINE;
    skipped = 0;
  }
  return change + down(skipped) + (lines.length < drawn.length ? ERASE_BELOW : '');
}

const CSI = '\u001B[';
/** Before it is written: behind a line as wide as the terminal its last character would go. */
const ERASE_LINE = `${CSI}2K`;
const ERASE_BELOW = `${CSI}J`;
const CLEAR = `${CSI}2J${CSI}H`;
const NEXT_LINE = '\r\n';
const ALTERNATE_SCREEN = `${CSI}?1049h`;
const MAIN_SCREEN = `${CSI}?1049l`;
/** Lines aren't broken meanwhile: a terminal may have become narrower just now. */
const BEGIN_CHANGE = `${CSI}?2026h${CSI}?7l`;
const END_CHANGE = `${CSI}?7h${CSI}?2026l`;

/** To the left end of the line so many above. */
const up = (lines: number): string => (lines > 0 ? `\r${CSI}${lines}A` : '\r');
const down = (lines: number): string => (lines > 0 ? `${CSI}${lines}B` : '');
