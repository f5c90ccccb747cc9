import { describe, expect, it } from 'vitest';
import type { CampaignEvent } from '../../src/campaign/events.ts';
import { plainProgress } from '../../src/ui/plain-progress.ts';
import { progress, summary } from './events.ts';

function linesOf(...events: readonly CampaignEvent[]): readonly string[] {
  const lines: string[] = [];
  const display = plainProgress({ write: (line) => lines.push(line) });
  for (const event of events) display.onEvent(event);
  return lines;
}

const STARTED: CampaignEvent = {
  kind: 'started',
  seed: '7',
  profile: 'default',
  targets: ['emulator', 'uml'],
  limit: { kind: 'cases', cases: 10_000 },
};

const progressAt = (elapsedMs: number): CampaignEvent => ({
  kind: 'progress',
  progress: progress({ elapsedMs }),
});

describe('plain progress', () => {
  it.each<[string, readonly CampaignEvent[], readonly string[]]>([
    ['the start', [STARTED], ['seed 7, profile default, 10,000 cases on emulator, uml']],
    [
      'a start with several emulators',
      [{ ...STARTED, targets: ['emulator@6.1', 'emulator@7.2:s390x', 'uml', 'sid-s390x'] }],
      ['seed 7, profile default, 10,000 cases on 2 emulators, uml, sid-s390x'],
    ],
    [
      'a start with a time limit',
      [{ ...STARTED, limit: { kind: 'time', ms: 90_000 } }],
      ['seed 7, profile default, 1 min 30 s on emulator, uml'],
    ],
    [
      'what a target is doing',
      [
        { kind: 'target', name: 'uml', event: { kind: 'preparing', what: 'fetching 41 MB' } },
        { kind: 'target', name: 'uml', event: { kind: 'booting' } },
        { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1_900 } },
        { kind: 'target', name: 'uml', event: { kind: 'restarted', why: 'it\r\ndied\u0007' } },
        { kind: 'target', name: 'uml', event: { kind: 'booting' } },
        { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1_700 } },
        { kind: 'target', name: 'uml', event: { kind: 'closed' } },
      ],
      ['uml: fetching 41 MB', 'uml: ready after 1.9 s', 'uml: restarted: it died?'],
    ],
    [
      'how a divergence becomes a finding',
      [
        { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1_900 } },
        {
          kind: 'divergence',
          id: 'd1',
          class: 'retval',
          targets: ['emulator', 'uml'],
          where: 'run 0: 1 and 2',
        },
        { kind: 'locating', id: 'd1' },
        { kind: 'rechecking', id: 'd1' },
        { kind: 'target', name: 'uml', event: { kind: 'booting' } },
        { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1_900 } },
        { kind: 'recorded', id: 'd1', finding: 'f1', class: 'retval', at: 'add32.x', insns: 1 },
      ],
      [
        'uml: ready after 1.9 s',
        'd1: emulator and uml diverge in retval: run 0: 1 and 2',
        'd1: running it on kernels started anew',
        'd1: recorded f1: retval, at add32.x, 1 insn',
      ],
    ],
    [
      'why a divergence is none',
      [{ kind: 'dismissed', id: 'd1', why: 'known' }],
      ['d1: dismissed: known'],
    ],
    [
      'the end',
      [{ kind: 'summary', summary: summary({ findings: ['f1'] }) }],
      ['done in 33 s: 10,000 cases, 1 finding'],
    ],
  ])('tells %s', (_, events, lines) => {
    expect(linesOf(...events)).toEqual(lines);
  });

  it('tells once what happens to all engines of a kernel, and nothing of emulators', () => {
    const ready = { kind: 'ready', afterMs: 12_000 } as const;
    const names = [
      'emulator@6.1',
      'emulator@7.2:s390x',
      'sid:jit',
      'sid:interp',
      'sid-s390x',
      'host:jit',
      'host:bpftool',
    ];
    expect(
      linesOf(...names.map((name): CampaignEvent => ({ kind: 'target', name, event: ready }))),
    ).toEqual([
      'sid: ready after 12 s',
      'sid-s390x: ready after 12 s',
      'host: ready after 12 s',
      'host:bpftool: ready after 12 s',
    ]);
  });

  it('tells of restarts each time when there were twice as many', () => {
    const restarted: CampaignEvent = {
      kind: 'target',
      name: 'sid:jit',
      event: { kind: 'restarted', why: 'it died' },
    };
    expect(linesOf(...Array.from({ length: 9 }, () => restarted))).toEqual([
      'sid: restarted: it died',
      'sid: restarted: it died, 2 times by now',
      'sid: restarted: it died, 4 times by now',
      'sid: restarted: it died, 8 times by now',
    ]);
  });

  it('counts divergences that are dismissed at once for a reason that was given', () => {
    const dismissed = (id: string): readonly CampaignEvent[] => [
      { kind: 'divergence', id, class: 'map', targets: ['emulator', 'uml'], where: 'map out' },
      { kind: 'dismissed', id, why: 'known' },
    ];
    const end: CampaignEvent = { kind: 'summary', summary: summary() };
    expect(linesOf(...['d1', 'd2', 'd3'].flatMap(dismissed), end)).toEqual([
      'd1: emulator and uml diverge in map: map out',
      'd1: dismissed: known',
      'dismissed 2 more: known',
      'done in 33 s: 10,000 cases, 0 findings',
    ]);
  });

  it('tells how far a long campaign is less often', () => {
    const everySecond = Array.from({ length: 3_600 }, (_, i) => progressAt(1_000 * i));
    expect(linesOf(STARTED, ...everySecond).length).toBeLessThan(60);
  });

  it('tells how far the campaign is every five seconds of it', () => {
    const lines = linesOf(STARTED, ...[1, 4_999, 5_000, 9_000, 10_100, 15_000].map(progressAt));
    expect(lines.slice(1)).toEqual([
      '4,500 of 10,000 cases (45 %), 300/s, 5.0 s, 18 s left, 0 diverged',
      '4,500 of 10,000 cases (45 %), 300/s, 10 s, 18 s left, 0 diverged',
    ]);
  });

  it('tells of a long shrinking each time when twice as many candidates were tried', () => {
    const events = Array.from(
      { length: 100 },
      (_, i): CampaignEvent => ({
        kind: 'shrinking',
        id: 'd1',
        tried: 64 * (i + 1),
        insns: 9,
      }),
    );
    expect(linesOf(...events)).toEqual([
      'd1: shrinking: 256 tried, 9 insns',
      'd1: shrinking: 512 tried, 9 insns',
      'd1: shrinking: 1,024 tried, 9 insns',
      'd1: shrinking: 2,048 tried, 9 insns',
      'd1: shrinking: 4,096 tried, 9 insns',
    ]);
  });

  it('tells a person who has pressed Ctrl-C that the end is on its way', () => {
    const lines: string[] = [];
    plainProgress({ write: (line) => lines.push(line) }).interrupted();
    expect(lines).toEqual(['ending after what is under way; Ctrl-C again ends at once']);
  });
});
