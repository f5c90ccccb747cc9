import { renderToString } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { COLOURED, PLAIN } from '../../src/reports/style.ts';
import type { Look } from '../../src/ui/look.ts';
import { Screen } from '../../src/ui/screen.tsx';
import {
  INITIAL_SCREEN,
  type ScreenEvent,
  type ScreenState,
  screenState,
} from '../../src/ui/screen-state.ts';
import { ASCII, UNICODE } from '../../src/ui/terminal.ts';
import { counts, progress, summary } from './events.ts';

const LOOK: Look = { columns: 80, style: PLAIN, glyphs: ASCII, tick: 0 };

const stateAfter = (events: readonly ScreenEvent[]): ScreenState =>
  events.reduce(screenState, INITIAL_SCREEN);

const frame = (
  events: readonly ScreenEvent[],
  { rows = 24, sinceMs = 0, ...look }: Partial<Look> & { rows?: number; sinceMs?: number } = {},
): readonly string[] =>
  renderToString(
    <Screen
      state={stateAfter(events)}
      look={{ ...LOOK, ...look }}
      rows={rows}
      sinceProgressMs={sinceMs}
    />,
    { columns: look.columns ?? LOOK.columns },
  )
    .split('\n')
    .map((line) => line.trimEnd());

const PREPARING: readonly ScreenEvent[] = [
  {
    kind: 'target',
    name: 'uml',
    event: { kind: 'preparing', what: 'fetching user-mode-linux 41 MB' },
  },
  { kind: 'target', name: 'debian12:jit', event: { kind: 'booting' } },
];

const RUNNING: readonly ScreenEvent[] = [
  { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1900 } },
  {
    kind: 'started',
    seed: '7',
    profile: 'default',
    targets: ['emulator', 'uml'],
    limit: { kind: 'cases', cases: 10_000 },
  },
  {
    kind: 'progress',
    progress: progress({
      divergences: 2,
      targets: {
        emulator: counts({ accepted: 4_500, compared: 4_480, incomparable: 20 }),
        uml: counts({ accepted: 4_400, rejected: 99, crashed: 1, compared: 4_480 }),
      },
    }),
  },
  { kind: 'target', name: 'uml', event: { kind: 'restarted', why: 'it died' } },
];

const FOUND: readonly ScreenEvent[] = [
  {
    kind: 'divergence',
    id: 'd1',
    class: 'retval',
    targets: ['emulator', 'uml'],
    where: 'run 0: 1 and 2',
  },
  { kind: 'recorded', id: 'd1', finding: 'f1', insns: 3 },
  {
    kind: 'divergence',
    id: 'd2',
    class: 'map',
    targets: ['emulator', 'uml'],
    where: 'map out, key 0\nbyte 24 \u001b[2J',
  },
  { kind: 'shrinking', id: 'd2', tried: 1_312, insns: 7 },
];

describe('the screen', () => {
  it('tells before the start what each target is doing', () => {
    expect(frame(PREPARING)).toEqual([
      'bpfdiff | preparing targets',
      '..........................................................................   0 %',
      '0 of 2 kernel targets ready | 0.0 s',
      '',
      '| uml           fetching user-mode-linux 41 MB',
      '| debian12:jit  booting',
      '',
      'no divergence',
    ]);
  });

  it('tells how far the campaign is, what each target did and what was found', () => {
    expect(frame([...RUNNING, ...FOUND])).toEqual([
      'bpfdiff | running | seed 7 | profile default',
      '#################################.........................................  45 %',
      '4,500 of 10,000 cases | 18 s left | 300/s | 15 s',
      '',
      '  target    cases  accepted  compared  incomparable',
      '* emulator  4,500     100 %     4,480            20',
      '* uml       4,500      98 %     4,480             0  1 finding, 1 crashed, 1 re~',
      '',
      '2 cases diverged | 1 finding',
      '| map     shrinking: 1,312 tried, 7 insns  emulator / uml  map out, key 0 byte ~',
      '! retval  finding f1, 3 insns              emulator / uml  run 0: 1 and 2',
    ]);
  });

  it('tells at the end how the campaign ended', () => {
    const end: ScreenEvent = { kind: 'summary', summary: summary({ stopped: 'interrupted' }) };
    expect(frame([...RUNNING, end])[0]).toBe(
      'bpfdiff | interrupted after 33 s | seed 7 | profile default',
    );
  });

  it('tells a person who has pressed Ctrl-C that the end is on its way', () => {
    expect(frame([...RUNNING, { kind: 'interrupted' }])[0]).toContain(
      'ending; Ctrl-C again ends at once',
    );
  });

  it('lets the time go on while no progress is reported', () => {
    expect(frame(RUNNING, { sinceMs: 4_000 })[2]).toContain('300/s | 19 s');
  });

  it('counts down the time of a campaign that is limited by time', () => {
    const start = { ...RUNNING[1], limit: { kind: 'time', ms: 60_000 } } as ScreenEvent;
    expect(frame([RUNNING[0], start, ...RUNNING.slice(2)]).slice(1, 3)).toEqual([
      '##################........................................................  25 %',
      '4,500 cases | 45 s left | 300/s | 15 s of 1 min',
    ]);
  });

  it('leaves out in 40 columns what matters less', () => {
    expect(frame([...RUNNING, ...FOUND], { columns: 40, rows: 12 })).toEqual([
      'bpfdiff | running | seed 7',
      '###############...................  45 %',
      '4,500 of 10,000 cases | 18 s left',
      '',
      '  target    cases',
      '* emulator  4,500',
      '* uml       4,500  1 finding, 1 crashed~',
      '',
      '2 cases diverged | 1 finding',
      '| map     shrinking: 1,312 tried, 7 ins~',
      '! retval  finding f1, 3 insns          ~',
    ]);
  });

  it('moves the spinner with the tick', () => {
    expect(frame(PREPARING, { tick: 3 })[5]).toBe('\\ debian12:jit  booting');
    expect(frame(PREPARING, { tick: 1, glyphs: UNICODE })[5]).toBe('⠙ debian12:jit  booting');
  });
});

describe('every frame', () => {
  const many: readonly ScreenEvent[] = [
    ...RUNNING,
    ...Array.from(
      { length: 14 },
      (_, i): ScreenEvent => ({
        kind: 'target',
        name: `kernel-of-a-long-name-${i}`,
        event: { kind: 'booting' },
      }),
    ),
    ...Array.from({ length: 30 }, (_, i) =>
      FOUND.map((event) => ('id' in event ? { ...event, id: `${event.id} of ${i}` } : event)),
    ).flat(),
  ];
  const sizes = [20, 40, 60, 80, 160].flatMap((columns) =>
    [5, 10, 24, 50].map((rows) => [columns, rows] as const),
  );

  it.each(sizes)('fits into %i columns and %i rows', (columns, rows) => {
    for (const events of [[], PREPARING, [...RUNNING, ...FOUND], many]) {
      const lines = frame(events, { columns, rows });
      expect(lines.length).toBeLessThan(rows);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    }
  });

  it('reads the same with colours and without', () => {
    const coloured = frame([...RUNNING, ...FOUND], { style: COLOURED }).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const read = coloured.replace(/\x1b\[\d+m/g, '');
    expect(coloured).not.toBe(read);
    expect(read).toBe(frame([...RUNNING, ...FOUND]).join('\n'));
  });

  it('is ASCII where the terminal has no more', () => {
    expect(frame(many, { columns: 60, rows: 10 }).join('')).toMatch(/^[\x20-\x7e]*$/);
  });
});

it('the screen follows the events of a campaign', () => {
  const screen = (events: readonly ScreenEvent[]) => (
    <Screen state={stateAfter(events)} look={LOOK} rows={24} sinceProgressMs={0} />
  );
  const { rerender, lastFrame, unmount } = render(screen([]));
  expect(lastFrame()).toContain('no case yet');
  rerender(screen(RUNNING));
  expect(lastFrame()).toContain('4,500 of 10,000 cases');
  unmount();
});
