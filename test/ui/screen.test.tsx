import { renderToString } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { COLOURED, PLAIN } from '../../src/reports/style.ts';
import type { Look } from '../../src/ui/look.ts';
import { Screen, type ScreenProps } from '../../src/ui/screen.tsx';
import {
  INITIAL_SCREEN,
  type ScreenEvent,
  type ScreenState,
  screenState,
} from '../../src/ui/screen-state.ts';
import { ASCII, UNICODE } from '../../src/ui/terminal.ts';
import { CAMPAIGN_VIEW, type View } from '../../src/ui/view.ts';
import { counts, progress, summary } from './events.ts';

const LOOK: Look = { columns: 80, style: PLAIN, glyphs: ASCII, tick: 0 };

const stateAfter = (events: readonly ScreenEvent[]): ScreenState =>
  events.reduce(screenState, INITIAL_SCREEN);

const frame = (
  events: readonly ScreenEvent[],
  {
    view = CAMPAIGN_VIEW,
    detail = [],
    rows = 24,
    keys = 'none',
    sinceMs = 0,
    ...look
  }: Partial<Look> & Partial<ScreenProps> & { sinceMs?: number } = {},
): readonly string[] =>
  renderToString(
    <Screen
      state={stateAfter(events)}
      view={view}
      detail={detail}
      look={{ ...LOOK, ...look }}
      rows={rows}
      keys={keys}
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
  { kind: 'recorded', id: 'd1', finding: 'f1', class: 'retval', at: 'add32.x', insns: 3 },
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
      '! retval  finding f1, 3 insns, at add32.x  emulator / uml  run 0: 1 and 2',
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
      '! retval  finding f1, 3 insns, at add32~',
    ]);
  });

  it('moves the spinner with the tick', () => {
    expect(frame(PREPARING, { tick: 3 })[5]).toBe('\\ debian12:jit  booting');
    expect(frame(PREPARING, { tick: 1, glyphs: UNICODE })[5]).toBe('⠙ debian12:jit  booting');
  });
});

describe('what was found', () => {
  const events = [...RUNNING, ...FOUND];

  it('tells on the screen of the campaign by which key it is opened', () => {
    expect(frame(events, { keys: 'shown' }).at(-1)).toBe(
      'Enter: look at what was found | Ctrl-C: end',
    );
  });

  it('is a list with one selected and the keys at the bottom', () => {
    expect(frame(events, { view: { kind: 'list', id: 'd1' }, rows: 8 })).toEqual([
      'bpfdiff | running | seed 7 | profile default',
      '2 cases diverged | 1 finding',
      '  | map     shrinking: 1,312 tried, 7 insns  emulator / uml  map out, key 0 byt~',
      '> ! retval  finding f1, 3 insns, at add32.x  emulator / uml  run 0: 1 and 2',
      '',
      '',
      'up/down or j/k: choose | Enter: open | q or Esc: back | Ctrl-C: end',
    ]);
  });

  it('shows of a long list what is around the one that is selected', () => {
    const many = Array.from({ length: 30 }, (_, i): ScreenEvent[] => [
      { ...FOUND[0], id: `d${i}`, class: `class${i}` } as ScreenEvent,
    ]).flat();
    const shown = (id: string) =>
      frame(many, { view: { kind: 'list', id }, rows: 7 })
        .slice(2, -1)
        .map((line) => line.slice(0, 11));
    expect(shown('d29')).toEqual(['> | class29', '  | class28', '  | class27']);
    expect(shown('d10')).toEqual(['  | class11', '> | class10', '  | class9 ']);
    expect(shown('d0')).toEqual(['  | class2 ', '  | class1 ', '> | class0 ']);
  });

  const detail = Array.from({ length: 10 }, (_, i) => `line ${i}`);
  it.each([
    [0, ['line 0', 'line 1'], 'lines 1-2 of 10 | q or Esc: back'],
    [8, ['line 8', 'line 9'], 'lines 9-10 of 10 | q or Esc: back'],
    [99, ['line 8', 'line 9'], 'lines 9-10 of 10 | q or Esc: back'],
  ])('is a text that was scrolled by %i lines', (scroll, lines, keys) => {
    const view = { kind: 'detail', id: 'd1', scroll } as const;
    expect(frame(events, { view, detail, rows: 4, columns: 40 })).toEqual([...lines, keys]);
  });

  it('says that the campaign is over to who looks at a finding', () => {
    const over = [...events, { kind: 'summary', summary: summary() } as const];
    const view = { kind: 'detail', id: 'd1', scroll: 0 } as const;
    expect(frame(over, { view, detail, columns: 60 }).at(-1)).toBe(
      'done in 33 s | all is shown | q or Esc: back | Ctrl-C: end',
    );
  });
});

const VIEWS: readonly View[] = [
  CAMPAIGN_VIEW,
  { kind: 'list', id: 'd1 of 3' },
  { kind: 'detail', id: 'd1', scroll: 3 },
];

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
    const detail = ['x'.repeat(columns), ...Array.from({ length: 60 }, (_, i) => `${i}`)];
    for (const events of [[], PREPARING, [...RUNNING, ...FOUND], many]) {
      for (const view of VIEWS) {
        const lines = frame(events, { columns, rows, view, detail, keys: 'shown' });
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
      }
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
    <Screen
      state={stateAfter(events)}
      view={CAMPAIGN_VIEW}
      detail={[]}
      look={LOOK}
      rows={24}
      keys="none"
      sinceProgressMs={0}
    />
  );
  const { rerender, lastFrame, unmount } = render(screen([]));
  expect(lastFrame()).toContain('no case yet');
  rerender(screen(RUNNING));
  expect(lastFrame()).toContain('4,500 of 10,000 cases');
  unmount();
});
