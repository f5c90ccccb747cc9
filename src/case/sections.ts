import { CaseTextError, type Place } from './case-text-error.ts';
import { CASE_LIMITS } from './limits.ts';

/** A run of characters without a space. At the end of a line stands one whose text is ''. */
export interface Word extends Place {
  readonly text: string;
}

/** A line of a `.case` file; `number` counts from 1. */
export interface Line {
  readonly file: string;
  readonly number: number;
  /** As it stands in the file. */
  readonly text: string;
}

/** A line that begins at column 1, and the indented (or blank, or comment) lines below it. */
export interface Section {
  readonly keyword: Word;
  readonly header: Line;
  readonly body: readonly Line[];
}

/** The sections of a `.case` file. Throws `CaseTextError` for an indented line above them all. */
export function splitSections(text: string, file: string): readonly Section[] {
  if (text.length > CASE_LIMITS.textChars) {
    const expected = `at most ${CASE_LIMITS.textChars} characters`;
    const place = { file, line: 1, column: 1 };
    throw new CaseTextError('CASE_LIMIT', place, { expected, found: `${text.length}` });
  }
  const sections: { keyword: Word; header: Line; body: Line[] }[] = [];
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    const line = { file, number: index + 1, text: source };
    const last = sections[sections.length - 1];
    if (last !== undefined && (source === '' || isSpace(source.charCodeAt(0)))) {
      last.body.push(line);
      continue;
    }
    const [first] = wordsOf(line);
    if (first.text !== '' && first.column === 1) {
      sections.push({ keyword: first, header: line, body: [] });
    } else if (last !== undefined) last.body.push(line);
    else if (first.text !== '') {
      unexpected('CASE_SYNTAX', first, 'a line that begins at column 1', INDENT_FIX);
    }
  }
  return sections;
}

const INDENT_FIX = 'Indented lines belong to the section above them';

/** The words of a line without its comment (`#` and what follows), and the empty word that ends it. */
export function wordsOf({ file, number, text }: Line): readonly Word[] {
  const words: Word[] = [];
  let end = 0;
  for (let at = firstNot(isSpace, text, 0); at < text.length && text[at] !== '#'; ) {
    end = firstNot(isNoSpace, text, at);
    words.push({ file, line: number, column: at + 1, text: text.slice(at, end) });
    at = firstNot(isSpace, text, end);
  }
  words.push({ file, line: number, column: end + 1, text: '' });
  return words;
}

/** Where the first character stands from `at` on of which that isn't so; the length of the text for none. */
function firstNot(is: (code: number) => boolean, text: string, at: number): number {
  while (at < text.length && is(text.charCodeAt(at))) at++;
  return at;
}

/** As `\s` of a regular expression, which a file of ten thousand lines takes much longer with. */
const isSpace = (code: number): boolean =>
  code === 0x20 ||
  (code >= 0x09 && code <= 0x0d) ||
  (code > 0x7f && /\s/.test(String.fromCharCode(code)));
const isNoSpace = (code: number): boolean => !isSpace(code);

/** Lines of a body that hold more than a space or a comment, as words. */
export const bodyWords = ({ body }: Section): readonly (readonly Word[])[] =>
  body.map(wordsOf).filter((words) => words[0].text !== '');

/** Throws: `word` is not what was expected. */
export function unexpected(
  code: CaseTextError['code'],
  word: Word,
  expected: string,
  fix = '',
): never {
  throw new CaseTextError(code, word, { expected, found: shown(word), fix });
}

const SHOWN_MAX = 40;

function shown({ text }: Word): string {
  if (text === '') return 'the end of the line';
  return `\`${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text}\``;
}
