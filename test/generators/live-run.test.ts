import { describe, expect, it } from 'vitest';
import { createCaseSource } from '../../generators/index.ts';
import { caseOf } from '../../generators/shrinkable.ts';
import type { Case } from '../../src/case/case.ts';
import { isLiveRun, LIVE_INTERFACES } from '../../src/case/live-run.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { LINUX } from '../targets/emulator/driver.ts';
import { NEWEST } from './capabilities.ts';

const HELPERS = [1, 2, 3, 7, 23, 44, 51, 54, 65];

function take(liveFrames: Pick<typeof NEWEST, 'liveFrames'>) {
  const source = createCaseSource({
    seed: 'live frames',
    profile: 'live',
    progTypes: ['xdp'],
    capabilities: [
      {
        ...NEWEST,
        ...liveFrames,
        mapTypes: new Set(['array', 'devmap', 'cpumap']),
        helpers: new Map([['xdp', new Set(HELPERS)]]),
      },
    ],
  });
  return Array.from({ length: 200 }, source.next);
}

const made = take({ liveFrames: 'observed' });
const cases = made.map(({ testCase }) => testCase);
/** How many entries of maps lead to interfaces that are there for live frames. */
const leading = (some: readonly Case[]): number =>
  some
    .flatMap(({ maps }) => maps.filter(({ type }) => type === 'devmap'))
    .flatMap(({ entries }) => entries.filter(({ value }) => LIVE_INTERFACES.includes(value[0])))
    .length;
const live = cases.flatMap((testCase) => testCase.runs.filter((run) => isLiveRun(testCase, run)));

describe('the profile live', () => {
  it('lets no run go on for long', () => {
    expect(Math.max(...live.map(({ repeat }) => repeat))).toBeLessThanOrEqual(320);
  });

  it('has batches of every kind', () => {
    const batches = new Set(live.map(({ batchSize }) => batchSize));
    for (const size of [0, 1, 63, 64, 65, 256, 257]) expect(batches).toContain(size);
  });

  it('has runs for every errno, and frames that go every way', async () => {
    const emulator = createEmulator({ linux: { ...LINUX, cpus: 1 } });
    const runs = (await emulator.execute(cases)).flatMap((outcome) =>
      outcome.kind === 'completed' ? outcome.runs : [],
    );
    const errnos = new Set(runs.flatMap(({ errno, frames }) => (frames ? [errno] : [])));
    expect([0, 7, 19, 22, 28].filter((errno) => !errnos.has(errno))).toEqual([]);
    const ways = runs.flatMap(({ frames = [] }) =>
      frames.map(({ way, ifindex }) => `${way} ${ifindex}`),
    );
    expect([...new Set(ways)].sort()).toEqual([
      'received 1',
      'received 10',
      'received 11',
      'sent 10',
      'sent 11',
    ]);
  });

  it('leads to interfaces only where they are there', () => {
    const without = made.map(({ plan }) =>
      caseOf({ ...plan!, runs: plan!.runs.map((run) => ({ ...run, flags: 0 })) }),
    );
    expect(leading(cases)).toBeGreaterThan(0);
    expect(leading(without)).toBe(0);
  });

  it('has none where they can not be observed', () => {
    const others = take({}).map(({ testCase }) => testCase);
    expect(others.some((testCase) => testCase.runs.some((run) => isLiveRun(testCase, run)))).toBe(
      false,
    );
  });
});
