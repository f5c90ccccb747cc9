import type { WriteStream } from 'node:tty';
import { render } from 'ink';
import type { Display } from './display.ts';
import { Screen } from './screen.tsx';
import { type ScreenEvent, screenOf, screenState } from './screen-state.ts';
import type { Terminal } from './terminal.ts';

export interface ScreenOptions {
  /** A terminal, usually stderr: stdout is for results. */
  readonly stream: WriteStream;
  readonly terminal: Terminal;
  /** Names of the targets that are wanted, as far as they are known before the campaign starts. */
  readonly targets?: readonly string[];
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
}

/** An event is drawn at most this late; more often would cost the campaign time. */
const FRAME_MS = 100;
/** Without events the clock and the spinners move this often. */
const HEARTBEAT_MS = 500;

/**
 * Draws a screen on the terminal, below what stands there already, and keeps it up to date until it is
 * closed. The terminal's input is left alone, so that Ctrl-C and Ctrl-Z stay signals.
 */
export function startScreen({ stream, terminal, targets = [], now }: ScreenOptions): Display {
  let state = screenOf(targets);
  let progressAtMs = now();
  let nextFrame: NodeJS.Timeout | undefined;
  const heartbeat = setInterval(draw, HEARTBEAT_MS);
  const ink = render(frame(), { stdout: stream, exitOnCtrlC: false, patchConsole: false });
  stream.prependListener('resize', onResize);
  process.on('exit', showCursor);
  let columnsBefore = columnsOf(stream);
  let closed: Promise<void> | undefined;

  function frame() {
    const { style, glyphs } = terminal;
    const look = { columns: columnsOf(stream), style, glyphs, tick: Math.floor(now() / FRAME_MS) };
    const sinceProgressMs = now() - progressAtMs;
    return (
      <Screen
        state={state}
        look={look}
        rows={stream.rows || ROWS_UNKNOWN}
        sinceProgressMs={sinceProgressMs}
      />
    );
  }

  function draw(): void {
    clearTimeout(nextFrame);
    nextFrame = undefined;
    ink.rerender(frame());
  }

  function take(event: ScreenEvent): void {
    if (closed !== undefined) return;
    state = screenState(state, event);
    if (event.kind === 'started' || event.kind === 'progress') progressAtMs = now();
    nextFrame ??= setTimeout(draw, FRAME_MS);
  }

  /** A narrower terminal has broken our lines anew, so that nobody knows how many they are now. */
  function onResize(): void {
    if (columnsOf(stream) < columnsBefore) stream.write(CLEAR);
    columnsBefore = columnsOf(stream);
    draw();
  }

  /** The process may end without a close: by a second Ctrl-C. */
  function showCursor(): void {
    stream.write(SHOW_CURSOR);
  }

  async function close(): Promise<void> {
    clearInterval(heartbeat);
    draw();
    stream.off('resize', onResize);
    process.off('exit', showCursor);
    const ended = ink.waitUntilExit();
    ink.unmount();
    await ended;
  }

  return {
    onEvent: take,
    interrupted: () => take({ kind: 'interrupted' }),
    close: () => (closed ??= close()),
  };
}

/** Erases the screen (not what was scrolled out of it) and goes to its upper left corner. */
const CLEAR = '\u001B[2J\u001B[H';
/** It is hidden while the screen is drawn. */
const SHOW_CURSOR = '\u001B[?25h';

/** A serial line or an odd pseudo terminal says that it has 0 columns and rows. */
const columnsOf = (stream: WriteStream): number => stream.columns || COLUMNS_UNKNOWN;
const COLUMNS_UNKNOWN = 80;
const ROWS_UNKNOWN = 24;
