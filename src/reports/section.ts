/** A titled part of a report; one without lines is left out. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What stands before the lines of a section. */
export const INDENT = '  ';

export const indented = (line: string): string => (line === '' ? '' : INDENT + line);
