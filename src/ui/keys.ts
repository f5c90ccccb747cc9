/** What a key means. */
export type Key = Movement | 'open' | 'back' | 'redraw' | 'interrupt' | 'suspend';

/** By a line, by a page, or as far as it goes. */
export type Movement = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

const ESC = '\u001B';

/** What terminals send for keys: of cursor keys both forms that they may be switched to (ECMA-48, VT100, xterm). */
const SENT = {
  up: ['k', `${ESC}[A`, `${ESC}OA`, '\u0010'],
  down: ['j', `${ESC}[B`, `${ESC}OB`, '\u000E'],
  'page-up': ['b', `${ESC}[5~`, '\u0002'],
  'page-down': [' ', 'f', `${ESC}[6~`, '\u0006'],
  first: ['g', `${ESC}[H`, `${ESC}OH`, `${ESC}[1~`, `${ESC}[7~`],
  last: ['G', `${ESC}[F`, `${ESC}OF`, `${ESC}[4~`, `${ESC}[8~`],
  open: ['\r', '\n', 'l', `${ESC}[C`, `${ESC}OC`],
  back: [ESC, 'q', 'h', `${ESC}[D`, `${ESC}OD`, '\u007F', '\b'],
  redraw: ['\f'],
  interrupt: ['\u0003'],
  suspend: ['\u001A'],
} as const satisfies Record<Key, readonly string[]>;

const KEYS: ReadonlyMap<string, Key> = new Map(
  (Object.keys(SENT) as Key[]).flatMap((key) => SENT[key].map((sent) => [sent, key] as const)),
);

/** Of what was read: the keys that are whole, and what may be the beginning of one that isn't. */
export interface KeysRead {
  readonly keys: readonly Key[];
  readonly rest: string;
}

/** A control sequence, a sequence of the keypad, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const PRESSED = /\u001B\[[0-?]*[ -/]*[@-~]|\u001BO[ -~]|[\s\S]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const BEGUN = /\u001B(?:\[[0-?]*[ -/]*|O)?$/;
/** No key is longer. */
const BEGUN_MAX = 16;

/**
 * The keys in what a terminal in raw mode has sent; those that mean nothing are left out. Esc alone is how
 * others begin as well: where nothing follows, `keysAtLast` says what `rest` is.
 */
export function readKeys(text: string): KeysRead {
  const begun = BEGUN.exec(text)?.[0] ?? '';
  const rest = begun.length > BEGUN_MAX ? '' : begun;
  return { keys: keysOf(text.slice(0, text.length - begun.length)), rest };
}

/** The keys in a rest behind which nothing came. */
export const keysAtLast = (rest: string): readonly Key[] => keysOf(rest.slice(0, 1));

const keysOf = (text: string): readonly Key[] =>
  (text.match(PRESSED) ?? []).map((sent) => KEYS.get(sent)).filter((key) => key !== undefined);
