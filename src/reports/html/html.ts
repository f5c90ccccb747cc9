import { visible } from '../visible.ts';

const PRINTED = Symbol('html');

/** A piece of a page, in which nothing from outside is but as text. Made by `html` and `trusted` only. */
export interface Html {
  readonly [PRINTED]: string;
}

/** What can stand in a template: text is escaped, lists are joined, `undefined` is nothing. */
export type Filling = Html | string | number | undefined | readonly Filling[];

/** A template that escapes all that is put into it, as text and in attributes with quotes. */
export const html = (texts: TemplateStringsArray, ...fillings: readonly Filling[]): Html =>
  trusted(texts.map((text, i) => text + printed(fillings[i])).join(''));

/** HTML, CSS or a script that is known to hold nothing from outside. */
export const trusted = (text: string): Html => ({ [PRINTED]: text });

/** The text of a page. */
export const htmlText = (piece: Html): string => piece[PRINTED];

/** Text for HTML, inside and outside of quotes. */
export const escaped = (text: string): string =>
  visible(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

function printed(filling: Filling): string {
  if (filling === undefined) return '';
  if (typeof filling === 'string' || typeof filling === 'number') return escaped(String(filling));
  return PRINTED in filling ? filling[PRINTED] : filling.map(printed).join('');
}
