/** One word, number or sign of assembly. `column` counts from 1. */
export interface Token {
  readonly kind: 'word' | 'number' | 'sign' | 'hole' | 'unknown';
  readonly text: string;
  readonly column: number;
}

/** Signs of more than one character stand first; those of ALU_OPS and JUMP_OPS are all here. */
const KINDS = {
  number: /0[xX][0-9a-fA-F]+|[0-9]+/,
  sign: /<<=|s?(?:>>=|<=|>=|<|>|\/=|%=)|[-+*|&^=!]=|[-+*&=<>()[\],:#]/,
  word: /[A-Za-z_.][A-Za-z0-9_.]*/,
  hole: /\$[a-z0-9]+/,
  unknown: /\S/u,
} as const satisfies Record<Token['kind'], RegExp>;
const KIND_NAMES = Object.keys(KINDS) as readonly Token['kind'][];
const TOKEN = new RegExp(
  Object.values(KINDS)
    .map(({ source }) => `(${source})`)
    .join('|'),
  'gu',
);

/**
 * A comment (`;`, `//`, or `#` that begins a line or follows a space, since `call name#1` has one),
 * or what llvm-objdump puts behind a jump: `<main+0x20>`.
 */
const COMMENT = /(?:;|\/\/|(?:^|\s)#|\s<[\w.+]+>\s*$).*/;

/** The tokens of one line, without spaces and comment. */
export function tokenize(line: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of line.replace(COMMENT, '').matchAll(TOKEN)) {
    const group = match.findIndex((text, index) => index > 0 && text !== undefined);
    tokens.push({ kind: KIND_NAMES[group - 1], text: match[0], column: match.index + 1 });
  }
  return tokens;
}
