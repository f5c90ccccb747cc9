import { styleText } from 'node:util';

/** What a stretch of text means; the words around it say the same, colour only helps the eye. */
export type Tone = 'strong' | 'faint' | 'good' | 'bad' | 'busy';

/** Puts a tone on a text without changing what it reads. */
export type Style = (tone: Tone, text: string) => string;

/** No colours: for files, pipes and `NO_COLOR`. */
export const PLAIN: Style = (_tone, text) => text;

/** ANSI colours out of the first eight, which every theme of a terminal keeps readable. */
export const COLOURED: Style = (tone, text) =>
  styleText(FORMATS[tone], text, { validateStream: false });

const FORMATS = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  bad: 'red',
  busy: 'cyan',
} as const satisfies Record<Tone, string>;
