import type { TextOptions } from './text-options.ts';

/** A titled part of a report; one without lines is left out. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What stands before the lines of a section. */
export const INDENT = '  ';

export const indented = (line: string): string => (line === '' ? '' : INDENT + line);

/** Sections one below the other, with an empty line between. */
export const sectionsText = (sections: readonly Section[], { style }: TextOptions): string =>
  sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => [style('strong', title), ...lines.map(indented)].join('\n'))
    .join('\n\n')
    .concat('\n');
