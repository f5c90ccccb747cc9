import { describe, expect, it } from 'vitest';
import type { TargetState } from '../../src/ui/screen-state.ts';
import { chooseRows, targetRows } from '../../src/ui/target-rows.ts';
import { counts } from './events.ts';

const target = (name: string, over: Partial<TargetState> = {}): TargetState => ({
  name,
  phase: { kind: 'ready', afterMs: 0 },
  counts: counts({ accepted: 10, compared: 9 }),
  restarts: 0,
  restartReason: undefined,
  findings: 0,
  ...over,
});

describe('rows of targets', () => {
  it('emulators are one row, the first, with the sum of their counts', () => {
    const rows = targetRows([
      target('uml'),
      target('emulator@6.1'),
      target('emulator@7.2:s390x', { findings: 2 }),
    ]);
    expect(rows.map(({ name }) => name)).toEqual(['2 emulators', 'uml']);
    expect(rows[0]).toMatchObject({ counts: { accepted: 20, compared: 18 }, findings: 0 });
  });

  it('one emulator keeps its name and tells no findings', () => {
    const rows = targetRows([target('emulator@6.1', { findings: 1 }), target('uml')]);
    expect(rows.map(({ name, findings }) => [name, findings])).toEqual([
      ['emulator@6.1', 0],
      ['uml', 0],
    ]);
  });

  it('emulators that have run nothing yet have no counts', () => {
    const [row] = targetRows([
      target('emulator@6.1', { counts: undefined }),
      target('emulator@7.2', { counts: undefined }),
    ]);
    expect(row?.counts).toBeUndefined();
  });
});

describe('chosen rows', () => {
  const rows = [
    target('quiet'),
    target('restarted', { restarts: 1 }),
    target('quiet too'),
    target('waiting', { phase: { kind: 'waiting' }, counts: undefined }),
    target('booting', { phase: { kind: 'booting' }, counts: undefined }),
    target('found', { findings: 1 }),
    target('crashed', { counts: counts({ crashed: 1 }) }),
  ];

  it.each([
    [3, ['restarted', 'found', 'crashed']],
    [4, ['restarted', 'booting', 'found', 'crashed']],
    [5, ['restarted', 'waiting', 'booting', 'found', 'crashed']],
    [6, ['quiet', 'restarted', 'waiting', 'booting', 'found', 'crashed']],
    [9, rows.map(({ name }) => name)],
  ])('where there is room for %i are the most telling, in their order', (room, names) => {
    expect(chooseRows(rows, room).map(({ name }) => name)).toEqual(names);
  });
});
