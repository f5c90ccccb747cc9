import { CaseTextError } from '../case/case-text-error.ts';
import { type Line, unexpected, type Word, wordsOf } from '../case/sections.ts';
import type { RestSection } from '../case/text.ts';
import { NO_BYTES } from '../case/text-syntax.ts';
import { OUTCOME_LIMITS } from './outcome-limits.ts';

/** A line of an answer that begins with a keyword, and what the lines below it hold. */
export interface Item {
  readonly keyword: Word;
  /** The words behind the keyword; at their end stands an empty one. */
  readonly words: readonly Word[];
  /** What stands behind `|`, a line each, unescaped and joined. */
  readonly text: string;
  /** Words of the lines that are bytes. */
  readonly bytes: readonly Word[];
  /** Words of the lines with a `=`, and of the lines of bytes below each, with an empty one last. */
  readonly entries: readonly (readonly Word[])[];
}

interface Draft extends Item {
  readonly textLines: string[];
  readonly bytes: Word[];
  readonly entries: Word[][];
}

/** The first line of an answer and its items. Throws `CaseTextError`. */
export function answerItems(
  { header, line, lines }: RestSection,
  file: string,
): { readonly header: readonly Word[]; readonly items: readonly Item[] } {
  const items: Draft[] = [];
  for (const [i, text] of lines.entries()) {
    addLine(items, { file, number: line + 1 + i, text });
  }
  const [, ...headerWords] = wordsOf({ file, number: line, text: `answer ${header}` });
  return {
    header: headerWords,
    items: items.map((item) => ({ ...item, text: item.textLines.join('\n') })),
  };
}

/** No keyword begins with a digit, or consists of hex digits. */
const HEX = /^(?:[0-9]|[0-9a-f]+$)/i;

/** What the lines below a keyword hold; nothing where it isn't here. */
const BODIES: ReadonlyMap<string, 'text' | 'bytes' | 'entries'> = new Map([
  ['build', 'text'],
  ['log', 'text'],
  ['console', 'text'],
  ['trouble', 'text'],
  ['fault', 'text'],
  ['unsupported', 'text'],
  ['data_out', 'bytes'],
  ['ctx_out', 'bytes'],
  ['received', 'bytes'],
  ['sent', 'bytes'],
  ['command', 'bytes'],
  ['map', 'entries'],
]);

function addLine(items: Draft[], line: Line): void {
  const words = wordsOf(line);
  const [first] = words;
  const last = items[items.length - 1];
  const body = BODIES.get(last?.keyword.text);
  const isHex = first.text === '/' || first.text === NO_BYTES || HEX.test(first.text);
  if (first.text === '') return;
  if (first.text.startsWith('|')) {
    if (body !== 'text') unexpected('CASE_SYNTAX', first, 'no text here');
    last.textLines.push(unescaped(line, first));
  } else if (!isHex) {
    const [keyword, ...others] = words;
    items.push({ keyword, words: others, text: '', textLines: [], bytes: [], entries: [] });
  } else if (body === 'bytes') {
    last.bytes.push(...words);
  } else if (body === 'entries') {
    const isNew = words.some(({ text }) => text === '=');
    const entry = last.entries[last.entries.length - 1];
    if (isNew) last.entries.push([...words]);
    else if (entry !== undefined) entry.push(...words);
    else unexpected('CASE_SYNTAX', first, 'an entry `KEY = VALUE`');
  } else unexpected('CASE_SYNTAX', first, 'no bytes here');
}

/** Comments don't end it: a `#` behind `|` is text. */
function unescaped({ text }: Line, bar: Word): string {
  const content = text.slice(bar.column).replace(/^ /, '');
  if (content.length > OUTCOME_LIMITS.textChars) {
    const expected = `at most ${OUTCOME_LIMITS.textChars} characters`;
    throw new CaseTextError('CASE_LIMIT', bar, { expected, found: `${content.length}` });
  }
  return content.replace(/\\(\\|u[0-9a-f]{4}|)/gi, (all, what: string) => {
    if (what === '') {
      const expected = 'an escape `\\\\` or `\\uXXXX`';
      throw new CaseTextError('CASE_SYNTAX', bar, { expected, found: '`\\`' });
    }
    return what === '\\' ? what : String.fromCharCode(Number.parseInt(all.slice(2), 16));
  });
}
