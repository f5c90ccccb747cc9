import type { Style } from '../reports/style.ts';
import type { Glyphs } from './terminal.ts';

/** What the parts of the screen need to know of the terminal and the moment. */
export interface Look {
  readonly columns: number;
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Counts up while time passes; moves the spinners. */
  readonly tick: number;
}

/** A frame of the spinner. */
export const spinnerFrame = ({ glyphs, tick }: Look): string =>
  glyphs.spinner[tick % glyphs.spinner.length];

/** Joins the parts that fit into a line: the last ones are left out first. The first always stays. */
export function joinFitting(parts: readonly string[], separator: string, columns: number): string {
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : line + separator + part;
    if (line !== '' && longer.length > columns) break;
    line = longer;
  }
  return line;
}
