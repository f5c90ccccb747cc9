import { describe, expect, it } from 'vitest';
import { createReachCounter } from '../../src/campaign/reach.ts';
import {
  INITIAL_SCREEN,
  type ScreenEvent,
  type ScreenState,
  screenOf,
  screenState,
} from '../../src/ui/screen-state.ts';
import { counts, progress, summary } from './events.ts';

const stateAfter = (...events: readonly ScreenEvent[]): ScreenState =>
  events.reduce(screenState, INITIAL_SCREEN);

const started = (...targets: string[]): ScreenEvent => ({
  kind: 'started',
  seed: '7',
  profile: 'default',
  targets,
  limit: { kind: 'cases', cases: 10_000 },
});

const diverged = (id: string): ScreenEvent => ({
  kind: 'divergence',
  id,
  class: 'retval',
  targets: ['emulator', 'uml'],
  where: 'run 0: 1 and 2',
});

describe('targets', () => {
  it('a target appears with its first event, before the campaign has started', () => {
    const { targets } = stateAfter({ kind: 'target', name: 'uml', event: { kind: 'booting' } });
    expect(targets).toEqual([
      {
        name: 'uml',
        phase: { kind: 'booting' },
        counts: undefined,
        restarts: 0,
        restartReason: undefined,
        findings: 0,
      },
    ]);
  });

  it('targets that are named wait, in that order, until they are heard of', () => {
    const state = screenOf(['emulator', 'uml', 'sid:jit']);
    const event = { kind: 'ready', afterMs: 1900 } as const;
    const { targets } = screenState(state, { kind: 'target', name: 'uml', event });
    expect(targets.map(({ name, phase }) => [name, phase.kind])).toEqual([
      ['emulator', 'waiting'],
      ['uml', 'ready'],
      ['sid:jit', 'waiting'],
    ]);
  });

  it('the start of the campaign gives the order, and what was known of a target stays', () => {
    const { targets } = stateAfter(
      { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1900 } },
      started('emulator', 'uml'),
    );
    expect(targets.map(({ name, phase }) => [name, phase.kind])).toEqual([
      ['emulator', 'waiting'],
      ['uml', 'ready'],
    ]);
  });

  it('a restart is counted with its reason and does not change what the target is doing', () => {
    const { targets } = stateAfter(
      started('uml'),
      { kind: 'target', name: 'uml', event: { kind: 'ready', afterMs: 1900 } },
      { kind: 'target', name: 'uml', event: { kind: 'restarted', why: 'no answer' } },
      { kind: 'target', name: 'uml', event: { kind: 'restarted', why: 'it died' } },
    );
    expect(targets[0]).toMatchObject({
      phase: { kind: 'ready', afterMs: 1900 },
      restarts: 2,
      restartReason: 'it died',
    });
  });

  it('a restart that is told by an event and by the counts is one restart', () => {
    const { targets } = stateAfter(
      started('uml'),
      { kind: 'target', name: 'uml', event: { kind: 'restarted', why: 'it died' } },
      { kind: 'progress', progress: progress({ targets: { uml: counts({ restarted: 1 }) } }) },
    );
    expect(targets[0].restarts).toBe(1);
  });

  it('progress gives each target its counts, and one without counts keeps its last', () => {
    const first = counts({ accepted: 10, compared: 9 });
    const { targets } = stateAfter(
      started('emulator', 'uml'),
      { kind: 'progress', progress: progress({ targets: { uml: first } }) },
      { kind: 'progress', progress: progress() },
    );
    expect(targets.map((target) => target.counts)).toEqual([undefined, first]);
  });
});

describe('divergences', () => {
  it('the newest divergence comes first and its shrinking has not begun', () => {
    const { divergences } = stateAfter(diverged('d1'), diverged('d2'));
    expect(divergences.map(({ id, stage }) => [id, stage])).toEqual([
      ['d2', { kind: 'shrinking', tried: 0, insns: undefined }],
      ['d1', { kind: 'shrinking', tried: 0, insns: undefined }],
    ]);
  });

  it('each stage reaches the divergence with its id', () => {
    const state = stateAfter(
      diverged('d1'),
      diverged('d2'),
      { kind: 'shrinking', id: 'd1', tried: 64, insns: 12 },
      { kind: 'shrinking', id: 'd2', tried: 128, insns: 5 },
      { kind: 'recorded', id: 'd1', finding: 'f1', class: 'retval', at: 'add32.x', insns: 3 },
      { kind: 'dismissed', id: 'd2', why: 'known' },
    );
    expect(state.divergences.map(({ id, stage }) => [id, stage])).toEqual([
      ['d2', { kind: 'dismissed', why: 'known' }],
      ['d1', { kind: 'recorded', finding: 'f1', class: 'retval', at: 'add32.x', insns: 3 }],
    ]);
    expect([state.recorded, state.dismissed]).toEqual([1, 1]);
  });

  it('divergences that are dismissed for the same reason are one, where the newest of them was', () => {
    const dismissed = (id: string, why: string): readonly ScreenEvent[] => [
      diverged(id),
      { kind: 'dismissed', id, why },
    ];
    const state = stateAfter(
      ...dismissed('d1', 'known'),
      ...dismissed('d2', 'it depends'),
      ...dismissed('d3', 'known'),
      ...dismissed('d4', 'known'),
    );
    expect(state.divergences.map(({ id, times }) => [id, times])).toEqual([
      ['d4', 3],
      ['d2', 1],
    ]);
    expect(state.dismissed).toBe(4);
  });

  it('a finding counts for both targets that disagree', () => {
    const { targets } = stateAfter(started('emulator', 'uml', 'sid'), diverged('d1'), {
      kind: 'recorded',
      id: 'd1',
      finding: 'f1',
      class: 'retval',
      at: 'add32.x',
      insns: 1,
    });
    expect(targets.map(({ findings }) => findings)).toEqual([1, 1, 0]);
  });

  it('the number of kept divergences is bounded while all are counted', () => {
    let state = INITIAL_SCREEN;
    for (let i = 0; i < 1000; i++) {
      state = screenState(state, diverged(`d${i}`));
      state = screenState(state, {
        kind: 'recorded',
        id: `d${i}`,
        finding: `f${i}`,
        class: 'retval',
        at: '',
        insns: 1,
      });
    }
    expect(state.divergences).toHaveLength(64);
    expect(state.divergences[0].id).toBe('d999');
    expect(state.recorded).toBe(1000);
  });

  it('what is dismissed makes room for what is found', () => {
    const recorded = { kind: 'recorded', finding: 'f', class: 'map', at: '', insns: 1 } as const;
    let state = stateAfter(diverged('f'), { ...recorded, id: 'f' });
    for (let i = 0; i < 200; i++) {
      state = screenState(state, diverged(`d${i}`));
      state = screenState(state, { kind: 'dismissed', id: `d${i}`, why: `reason ${i}` });
    }
    expect(state.divergences).toHaveLength(64);
    expect(state.divergences.at(-1)?.id).toBe('f');
  });

  it('the text of the smallest case stays until a smaller one is told', () => {
    const shrinking = (smallest?: string): ScreenEvent => ({
      kind: 'shrinking',
      id: 'd1',
      tried: 64,
      insns: 2,
      ...(smallest !== undefined && { smallest }),
    });
    const { divergences } = stateAfter(diverged('d1'), shrinking('a'), shrinking('b'), shrinking());
    expect(divergences[0].smallest).toBe('b');
  });
});

describe('the end', () => {
  it('an interrupt is remembered until the summary is there', () => {
    expect(stateAfter(started('uml'), { kind: 'interrupted' })).toMatchObject({
      ending: true,
      summary: undefined,
    });
  });

  it('the summary brings the last counts', () => {
    const last = {
      ...counts({ accepted: 9 }),
      kernel: '6.1',
      arch: 'x86_64',
      reach: createReachCounter().counts(),
    };
    const event = summary({ targets: { uml: { ...last, engine: 'interp' } } });
    const { targets } = stateAfter(started('uml'), { kind: 'summary', summary: event });
    expect(targets[0].counts?.accepted).toBe(9);
  });
});
