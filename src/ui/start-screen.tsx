import type { ReadStream, WriteStream } from 'node:tty';
import { renderToString } from 'ink';
import { detailReader, type FindingText } from './detail-lines.ts';
import type { Display } from './display.ts';
import { frameWriter } from './frame-writer.ts';
import { openKeyboard } from './keyboard.ts';
import type { Key } from './keys.ts';
import { pageLines, Screen } from './screen.tsx';
import {
  type DivergenceState,
  inOrder,
  type ScreenEvent,
  screenOf,
  screenState,
} from './screen-state.ts';
import type { Terminal } from './terminal.ts';
import { CAMPAIGN_VIEW, type View, viewAfter } from './view.ts';

export interface ScreenOptions {
  /** A terminal, usually stderr: stdout is for results. */
  readonly stream: WriteStream;
  readonly terminal: Terminal;
  /** Names of the targets that are wanted, as far as they are known before the campaign starts. */
  readonly targets?: readonly string[];
  /** Absent where nobody can press a key. */
  readonly keyboard?: ScreenKeyboard;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
}

/** Where keys come from, and what they need of others. */
export interface ScreenKeyboard {
  /** A terminal. It is in raw mode until the screen is closed. */
  readonly stdin: ReadStream;
  /** Whether it is this process's to read: a process in the background that does is stopped. */
  readonly isOurs: () => boolean;
  /** Ctrl-C was pressed, which is no signal in raw mode. */
  readonly interrupt: () => void;
  /** Stops this process and those that were started with it, as Ctrl-Z does; returns when it goes on. */
  readonly suspend: () => void;
  readonly findingText: FindingText;
}

/** An event is drawn at most this late; more often would cost the campaign time. */
const FRAME_MS = 100;
/** Without events the clock and the spinners move this often. */
const HEARTBEAT_MS = 500;

/**
 * Draws a screen on the terminal, below what stands there already, and keeps it up to date until it is
 * closed. Without a keyboard the terminal's input is left alone. Divergences are looked at on the terminal's
 * alternate screen, and who looks at one when the campaign ends is waited for.
 */
export function startScreen({
  stream,
  terminal,
  targets = [],
  keyboard,
  now,
}: ScreenOptions): Display {
  let state = screenOf(targets);
  let view: View = CAMPAIGN_VIEW;
  let detail: readonly string[] = [];
  let looked: DivergenceState | undefined;
  let progressAtMs = now();
  let nextFrame: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;
  let isClosed = false;
  let isLeft = (): void => {};
  let sizeBefore = sizeOf(stream);
  const write = (text: string): unknown => stream.write(text);
  const writer = frameWriter(write);
  const keys = keyboard && openKeyboard({ ...keyboard, onKey });

  const readDetail = detailReader(terminal.style, keyboard?.findingText ?? (() => ''));
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  stream.on('resize', onResize);
  process.on('SIGCONT', resume);
  process.on('exit', leave);
  resume();

  /** A shell that brings a running process to the foreground does not tell it. */
  function beat(): void {
    keys?.resume();
    draw();
  }

  function draw(): void {
    clearTimeout(nextFrame);
    nextFrame = undefined;
    const { columns, rows } = sizeOf(stream);
    const { style, glyphs } = terminal;
    const tick = Math.floor(now() / FRAME_MS);
    detail = detailOf(columns);
    const frame = renderToString(
      <Screen
        {...{ state, view, detail, rows }}
        look={{ columns, style, glyphs, tick }}
        keys={keys?.isOn() && !isClosed ? 'shown' : 'none'}
        sinceProgressMs={now() - progressAtMs}
      />,
      { columns },
    );
    writer.draw(frame.split('\n'));
  }

  /** A divergence that is gone, as others were dismissed for the same reason, is shown as it was last. */
  function detailOf(columns: number): readonly string[] {
    if (view.kind !== 'detail') return [];
    const { id } = view;
    looked = state.divergences.find((known) => known.id === id) ?? looked;
    return looked === undefined ? [] : readDetail(looked, columns);
  }

  function take(event: ScreenEvent): void {
    if (isClosed) return;
    state = screenState(state, event);
    if (event.kind === 'started' || event.kind === 'progress') progressAtMs = now();
    if (event.kind === 'interrupted') isLeft();
    nextFrame ??= setTimeout(draw, FRAME_MS);
  }

  function onKey(key: Key): void {
    switch (key) {
      case 'interrupt':
        keyboard?.interrupt();
        break;
      case 'suspend':
        leave();
        keyboard?.suspend();
        break;
      case 'redraw':
        writer.clear();
        draw();
        break;
      default:
        view = viewAfter(view, key, {
          ids: inOrder(state).map(({ id }) => id),
          lines: detail.length,
          page: pageLines(view, sizeOf(stream).rows),
        });
        showView();
        draw();
    }
  }

  function showView(): void {
    if (view.kind === 'campaign') {
      writer.showMain();
      isLeft();
    } else writer.showAlternate();
  }

  /**
   * A narrower terminal has broken our lines anew, and a lower one may have scrolled, so that nobody knows where
   * they are now.
   */
  function onResize(): void {
    const { columns, rows } = sizeOf(stream);
    if (columns < sizeBefore.columns || rows < sizeBefore.rows) writer.clear();
    sizeBefore = { columns, rows };
    draw();
  }

  /** At the start, and when the process goes on after it was stopped; others have written meanwhile. */
  function resume(): void {
    keys?.resume();
    write(HIDE_CURSOR);
    writer.forget();
    showView();
    draw();
  }

  /** The process may end without a close: by a second Ctrl-C, or an error. */
  function leave(): void {
    keys?.pause();
    writer.showMain();
    write(SHOW_CURSOR);
  }

  async function close(): Promise<void> {
    const isRead = view.kind !== 'campaign' && state.summary !== undefined && !state.ending;
    if (isRead) await new Promise<void>((resolve) => (isLeft = resolve));
    isClosed = true;
    clearInterval(heartbeat);
    view = CAMPAIGN_VIEW;
    showView();
    draw();
    process.off('exit', leave);
    stream.off('resize', onResize);
    process.off('SIGCONT', resume);
    leave();
  }

  return {
    onEvent: take,
    interrupted: () => take({ kind: 'interrupted' }),
    close: () => (closed ??= close()),
  };
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

/** A serial line or an odd pseudo terminal says that it has 0 columns and rows. */
const sizeOf = ({ columns, rows }: WriteStream) => ({
  columns: columns || COLUMNS_UNKNOWN,
  rows: rows || ROWS_UNKNOWN,
});
const COLUMNS_UNKNOWN = 80;
const ROWS_UNKNOWN = 24;
