import { COLOURED, PLAIN, type Style } from '../reports/style.ts';

/** What a terminal can show. */
export interface Terminal {
  /** `screen`: the cursor can be moved, so a screen can be drawn; `lines`: text can only be added. */
  readonly drawing: 'screen' | 'lines';
  readonly style: Style;
  readonly glyphs: Glyphs;
}

/** Characters beyond letters and digits; both sets are of the same width. */
export interface Glyphs {
  readonly barDone: string;
  readonly barLeft: string;
  /** Frames of an animation. */
  readonly spinner: readonly string[];
  readonly ready: string;
  readonly idle: string;
  readonly trouble: string;
  readonly dismissed: string;
  readonly separator: string;
  readonly cut: string;
  /** Of a heat map: what was reached, from seldom to often, what never was, where nothing can be. */
  readonly heat: readonly [string, string, string, string];
  readonly missed: string;
  readonly nothing: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the stream's terminal can show, by the environment: `TERM`, the locale (`LC_ALL`, `LC_CTYPE`,
 * `LANG`), `NO_COLOR` (no-color.org), `FORCE_COLOR` and `CI`. `isTerminal` is the stream's `isTTY`.
 */
export function detectTerminal(env: Environment, isTerminal: boolean): Terminal {
  const canDraw = isTerminal && !isDumb(env) && !isInCi(env);
  return {
    drawing: canDraw ? 'screen' : 'lines',
    style: hasColour(env, isTerminal) ? COLOURED : PLAIN,
    glyphs: hasUnicode(env) ? UNICODE : ASCII,
  };
}

/** For terminals in a UTF-8 locale. */
export const UNICODE: Glyphs = {
  barDone: '█',
  barLeft: '░',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  ready: '●',
  idle: '○',
  trouble: '✗',
  dismissed: '–',
  separator: ' · ',
  cut: '…',
  heat: ['░', '▒', '▓', '█'],
  missed: '×',
  nothing: '·',
};

/** For all others. */
export const ASCII: Glyphs = {
  barDone: '#',
  barLeft: '.',
  spinner: ['|', '/', '-', '\\'],
  ready: '*',
  idle: 'o',
  trouble: '!',
  dismissed: '-',
  separator: ' | ',
  cut: '~',
  heat: ['1', '2', '3', '4'],
  missed: 'X',
  nothing: '.',
};

const isDumb = (env: Environment): boolean => env.TERM === 'dumb';

/** What is drawn in CI is read as a file, even where it looks like a terminal. */
const isInCi = (env: Environment): boolean =>
  [env.CI, env.CONTINUOUS_INTEGRATION].some(
    (value) => value !== undefined && value !== '0' && value !== 'false',
  );

function hasColour(env: Environment, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !['', '0', 'false'].includes(env.FORCE_COLOR);
  return isTerminal && !isDumb(env);
}

/** The console of Linux (TERM=linux) has a font of 256 or 512 characters, which lacks ours. */
function hasUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) && env.TERM !== 'linux' && !isDumb(env);
}
