import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/case/case.ts';
import { caseOf, LINUX, oneRun, run } from './driver.ts';

const FRAME = new Uint8Array(60);
FRAME.set([0x08, 0x00], 12);

/** Answers so, after it has counted in the first byte of the packet. */
const counting = (action: number) => `
  r2 = *(u32 *)(r1 +0)
  r3 = *(u32 *)(r1 +4)
  r5 = 0
  r4 = r2
  r4 += 14
  if r4 > r3 goto +3
  r5 = *(u8 *)(r2 +0)
  r5 += 1
  *(u8 *)(r2 +0) = r5
  r0 = ${action}
  exit`;

const live = (fields: Partial<Run> = {}): Run => run({ data: FRAME, flags: 2, ...fields });
const from = (ifindex: number, data = FRAME): Partial<Run> => ({
  data,
  ctx: {
    sizeBytes: 24,
    fields: { data_end: BigInt(data.length), ingress_ifindex: BigInt(ifindex) },
  },
});

/** Times, way, interface and first byte of what left. */
async function left(asm: string, fields: Partial<Run>, release = '6.1') {
  const testCase = caseOf(asm, { progType: 'xdp', runs: [live(fields)] });
  const { frames } = await oneRun(testCase, { linux: { ...LINUX, release } });
  return frames!.map(({ times, way, ifindex, bytes }) => [times, way, ifindex, bytes[0]]);
}

describe('live frames', () => {
  it.each([
    ['pass to the stack of their interface', 2, from(10), [[1, 'received', 10, 1]]],
    ['pass to the loopback device without a ctx', 2, {}, [[1, 'received', 1, 1]]],
    ['are sent back', 3, from(11), [[1, 'sent', 11, 1]]],
    ['are not sent out of the loopback device', 3, from(1), []],
    ['are dropped', 1, from(10), []],
    ['are aborted', 0, from(10), []],
    ['lead nowhere without a helper', 4, from(10), []],
    ['are dropped for other answers', 5, from(10), []],
  ] as const)('%s', async (_, action, fields, frames) => {
    expect(await left(counting(action), fields)).toEqual(frames);
  });

  it('that are longer than an interface may send are not sent', async () => {
    const lengths = async (length: number) =>
      (await left(counting(3), from(10, new Uint8Array(length)))).length;
    expect([await lengths(1518), await lengths(1519)]).toEqual([1, 0]);
  });

  /** Drops a frame of a new page, and lets one of a page that was used before pass. */
  const PASS_USED = counting(2).replace('r0 = 2', 'r0 = 1\n  if r5 == 1 goto +1\n  r0 = 2');

  it.each([
    // 64 pages are new; the ring has room for one that was dropped.
    ['batches of 1', { batchSize: 1, repeat: 70 }, [[1, 'received', 1, 2]]],
    ['batches of 1, and 64 more new pages', { batchSize: 1, repeat: 130 }, [[2, 'received', 1, 2]]],
    ['batches of 64', { repeat: 70 }, [[6, 'received', 1, 2]]],
    ['one batch', { batchSize: 256, repeat: 70 }, [[6, 'received', 1, 2]]],
  ] as const)('keep in %s what progs wrote into their pages', async (_, fields, frames) => {
    expect(await left(PASS_USED, fields)).toEqual(frames);
  });

  it.each([
    ['more than 256 in a batch', { batchSize: 257 }, 7],
    ['another flag', { flags: 6 }, 22],
    ['data_out beside a ctx', { ...from(10), dataOutBytes: 64 }, 22],
    ['an interface that is not there', from(12), 19],
    ['more than fits into a page', { data: new Uint8Array(3369) }, 22],
    ['as much as fits into a page', { data: new Uint8Array(3368) }, 0],
  ] as const)('with %s answer errno', async (_, fields, errno) => {
    const testCase = caseOf(counting(1), { progType: 'xdp', runs: [live(fields)] });
    expect((await oneRun(testCase, {})).errno).toBe(errno);
  });

  it('leave data_out as data_in was, and answer 0', async () => {
    const testCase = caseOf(counting(3), { progType: 'xdp', runs: [live({ dataOutBytes: 60 })] });
    const { retval, dataOut } = await oneRun(testCase, {});
    expect({ retval, dataOut }).toEqual({ retval: 0, dataOut: FRAME });
  });

  it('are ordinary runs to 5.10, which looks at no flag', async () => {
    const testCase = caseOf(counting(3), { progType: 'xdp', runs: [live()] });
    const { retval, frames } = await oneRun(testCase, { linux: { ...LINUX, release: '5.10' } });
    expect({ retval, frames }).toEqual({ retval: 3, frames: [] });
  });
});
