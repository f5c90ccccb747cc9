import { describe, expect, it } from 'vitest';
import { GENERATED_TYPES } from '../../generators/ctx-access.ts';
import { createCaseSource } from '../../generators/index.ts';
import { encodeCase } from '../../src/case/bytes.ts';
import type { Case } from '../../src/case/case.ts';
import { ctxLayoutOf, SK_BUFF, XDP_MD } from '../../src/case/ctx.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import type { RunOutcome } from '../../src/targets/target.ts';
import { LINUX } from '../targets/emulator/driver.ts';
import { NEWEST } from './capabilities.ts';

/** Types with packets. */
const PACKET_TYPES = GENERATED_TYPES.filter((type) =>
  [SK_BUFF, XDP_MD].some((layout) => layout === ctxLayoutOf(type)),
);
const CASES = 4000;
const AMPLE = new Set([1, 2, 3, 5, 6, 7, 8, 9, 26, 153, 154]);

function take(count: number): readonly Case[] {
  const source = createCaseSource({
    seed: 'attributes',
    profile: 'attributes',
    capabilities: [
      {
        ...NEWEST,
        progTypes: new Set(PACKET_TYPES),
        helpers: new Map(PACKET_TYPES.map((type) => [type, AMPLE])),
      },
    ],
  });
  return Array.from({ length: count }, () => source.next().testCase);
}

const cases = take(CASES);

async function runsOn(release: string): Promise<readonly (readonly [Case, RunOutcome])[]> {
  const emulator = createEmulator({ linux: { ...LINUX, release } });
  const outcomes = await emulator.execute(cases);
  return outcomes.flatMap((outcome, i) =>
    outcome.kind === 'completed' ? outcome.runs.map((run) => [cases[i], run] as const) : [],
  );
}

describe('the profile attributes', () => {
  it('makes cases that a corpus can hold', () => {
    for (const testCase of cases) expect(() => encodeCase(testCase)).not.toThrow();
  });

  /** ENOTSUPP is of lwt_seg6local, EMSGSIZE of XDP. */
  it.each([
    ['5.10', [0, 7, 9, 14, 19, 22, 28, 90]],
    ['6.1', [0, 7, 9, 12, 14, 19, 22, 28, 74, 524]],
    ['7.2', [0, 7, 9, 12, 14, 19, 22, 28, 74, 524]],
  ])('has runs on %s for every errno of the command', async (release, errnos) => {
    const found = new Set((await runsOn(release)).map(([, { errno }]) => errno));
    expect([...found].sort((a, b) => a - b)).toEqual(errnos);
  });

  it('lets cgroup_skb return what its attach type allows', async () => {
    const most = [0, 0];
    for (const [{ progType, expectedAttachType }, { errno, retval }] of await runsOn('7.2')) {
      if (progType !== 'cgroup_skb' || errno !== 0) continue;
      most[expectedAttachType] = Math.max(most[expectedAttachType], retval);
    }
    expect(most).toEqual([1, 3]);
  });
});
