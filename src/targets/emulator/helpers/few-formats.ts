/** `isspace` or `ispunct`, or the end: what may follow `%s` and `%p`. */
const DELIMITED = '(?=[\\t-\\r !-/:-@[-`{-~]|$)';
/** Printed as they are: `isprint` or `isspace`. */
const PLAIN = '[\\t-\\r\\x20-\\x24\\x26-\\x7e]';
const STRING = `%(?:p[ku])?s${DELIMITED}`;
const FORMAT = new RegExp(`^(?:${PLAIN}|%l{0,2}[idux]|%pB|%p${DELIMITED}|${STRING})*$`);
const STRINGS = new RegExp(STRING, 'g');
const PERCENTS = /%/g;
const ARGS_MAX = 3;

/**
 * Whether `bpf_trace_printk` takes a format before it takes those of all helpers that print
 * (kernel/trace/bpf_trace.c 5.10): up to three conversions without flags and widths, one of them a text, no
 * `%%`, and no NUL but at the end. `text` has a byte in each character.
 */
export function hasFewFormats(text: string): boolean {
  if (!text.endsWith('\0')) return false;
  const format = text.slice(0, -1);
  if (!FORMAT.test(format)) return false;
  return count(format, PERCENTS) <= ARGS_MAX && count(format, STRINGS) <= 1;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
