import { PLAIN, type Style } from './style.ts';

/** How a report is laid out. It is ASCII, so that it can be pasted anywhere. */
export interface TextOptions {
  /** Columns; what is longer is cut or broken. */
  readonly width: number;
  readonly style: Style;
}

/** For files and pipes. */
export const PLAIN_TEXT: TextOptions = { width: 100, style: PLAIN };
