import { CaseTextError } from './case-text-error.ts';
import { unexpected, type Word } from './sections.ts';
import { NO_BYTES } from './text-syntax.ts';

/** Throws unless nothing follows. */
export function expectEnd(word: Word): void {
  if (word.text !== '') unexpected('CASE_SYNTAX', word, 'the end of the line');
}

/** One of `names`, as itself. */
export function readName<Name extends string>(
  word: Word,
  names: readonly Name[],
  what: string,
): Name {
  const name = names.find((candidate) => candidate === word.text);
  const listed = names.length <= 12 ? ` (${names.join(', ')})` : '';
  return name ?? unexpected('CASE_NAME', word, `${what}${listed}`);
}

/** Decimal or 0x hexadecimal, from 0 to `max`. */
export const readNumber = (word: Word, max: number): number =>
  Number(readBigint(word, BigInt(max)));

/** As `readNumber`, for values that need 64 bits. */
export function readBigint(word: Word, max: bigint): bigint {
  const isNumber = /^(?:0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(word.text);
  const number = isNumber ? BigInt(word.text) : -1n;
  if (number < 0n || number > max) unexpected('CASE_NUMBER', word, `a number up to ${max}`);
  return number;
}

/** The bytes of hex words in a row: two digits a byte, spaces between bytes as one likes. */
export function readBytes(words: readonly Word[], lenMax: number): Uint8Array {
  const content = words.filter(({ text }) => text !== '');
  if (content.length === 0) unexpected('CASE_BYTES', words[0], BYTES);
  if (content.length === 1 && content[0].text === NO_BYTES) return new Uint8Array();
  for (const word of content) {
    if (!/^(?:[0-9a-f]{2})+$/i.test(word.text)) unexpected('CASE_BYTES', word, BYTES);
  }
  const lenBytes = content.reduce((sum, { text }) => sum + text.length / 2, 0);
  if (lenBytes > lenMax) {
    const found = `${lenBytes}`;
    throw new CaseTextError('CASE_LIMIT', content[0], {
      expected: `at most ${lenMax} bytes`,
      found,
    });
  }
  return new Uint8Array(Buffer.from(content.map(({ text }) => text).join(''), 'hex'));
}

const BYTES = `bytes as pairs of hex digits, or \`${NO_BYTES}\``;
