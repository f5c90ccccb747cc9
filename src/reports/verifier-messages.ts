import { VERIFIER_FORMATS } from './verifier-formats.ts';

/**
 * The format strings of the verifier's messages (Linux 7.2) that none of the messages given is of. Messages
 * are as `normaliseMessage` leaves them, or as the kernel wrote them.
 */
export function unreachedMessages(reached: ReadonlySet<string>): readonly string[] {
  const found = new Set([...reached].map(formatOfMessage));
  return VERIFIER_FORMATS.filter((format) => !found.has(format));
}

/** The format string that a message comes from: of those that fit, the one that says most itself. */
export const formatOfMessage = (message: string): string | undefined =>
  PATTERNS.find(({ pattern }) => pattern.test(message))?.format;

/** Conversions of printf, and numbers, which may have been replaced by a letter. */
const PART = /%[-+#\d]*(?:l{0,2}|z)[a-z]|-?\d+/g;

interface Pattern {
  readonly format: string;
  readonly pattern: RegExp;
  readonly literalChars: number;
}

const PATTERNS: readonly Pattern[] = VERIFIER_FORMATS.map(patternOf).sort(
  (a, b) => b.literalChars - a.literalChars,
);

function patternOf(format: string): Pattern {
  // Of several lines the last is what stands at the end of the log.
  const isWhole = format.endsWith('\n');
  const line = format.trimEnd().split('\n').at(-1)!;
  const literals = line.split(PART);
  const holes = [...line.matchAll(PART)].map(([part]) =>
    part.endsWith('s') ? '.*?' : '[-+\\w!]*',
  );
  const source = literals.map((literal, i) => escaped(literal) + (holes[i] ?? '')).join('');
  return {
    format,
    pattern: new RegExp(`^${source}${isWhole ? '$' : ''}`),
    literalChars: literals.join('').length,
  };
}

/** `func#%d` is a name with a number to who replaces numbers. */
function escaped(literal: string): string {
  return literal
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\b\w+#$/, '\\w*#')
    .replace(/ +/g, ' +');
}
