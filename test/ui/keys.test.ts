import { describe, expect, it } from 'vitest';
import { type Key, keysAtLast, readKeys } from '../../src/ui/keys.ts';

const ESC = '\u001B';

describe('keys', () => {
  it.each<[string, string, readonly Key[]]>([
    [
      'letters of less and vi',
      'jkgG fb',
      ['down', 'up', 'first', 'last', 'page-down', 'page-down', 'page-up'],
    ],
    ['cursor keys', `${ESC}[A${ESC}[B`, ['up', 'down']],
    ['cursor keys of a terminal in application mode', `${ESC}OA${ESC}OB`, ['up', 'down']],
    [
      'PgUp, PgDn, Home and End',
      `${ESC}[5~${ESC}[6~${ESC}[H${ESC}[F`,
      ['page-up', 'page-down', 'first', 'last'],
    ],
    ['Enter', '\r', ['open']],
    ['q', 'q', ['back']],
    [
      'Ctrl-C and Ctrl-Z, which are no signals in raw mode',
      '\u0003\u001A',
      ['interrupt', 'suspend'],
    ],
    ['Esc before another key', `${ESC}q`, ['back', 'back']],
    ['what means nothing', `x${ESC}[1;5A${ESC}[24~é\u0000`, []],
  ])('are %s', (_, sent, keys) => {
    expect(readKeys(sent)).toEqual({ keys, rest: '' });
  });

  it.each([
    [`j${ESC}`, '[A', ['up']],
    [`j${ESC}[`, '5~', ['page-up']],
    [`j${ESC}O`, 'B', ['down']],
  ])('that come in pieces, %j and %j, are whole when the rest is there', (first, second, keys) => {
    const read = readKeys(first);
    expect(read.keys).toEqual(['down']);
    expect(readKeys(read.rest + second)).toEqual({ keys, rest: '' });
  });

  it('Esc with nothing behind it goes back', () => {
    const { keys, rest } = readKeys(ESC);
    expect(keys).toEqual([]);
    expect(keysAtLast(rest)).toEqual(['back']);
  });

  it('a sequence without an end is not kept', () => {
    expect(readKeys(`${ESC}[${'1'.repeat(1000)}`)).toEqual({ keys: [], rest: '' });
  });
});
