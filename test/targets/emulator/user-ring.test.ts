import { describe, expect, it } from 'vitest';
import { bytes, caseOf, completed, mapSpec, r0Of } from './driver.ts';

const KEY = new Uint8Array(0);
/** A ring of 4 KiB with these words of 8 bytes at its beginning. */
const ring = (...words: readonly string[]) =>
  mapSpec({
    type: 'user_ringbuf',
    keyBytes: 0,
    valueBytes: 0,
    maxEntries: 4096,
    entries: words.map((word) => ({ key: KEY, value: bytes(word) })),
  });

const SAMPLE = ['0800000000000000', '0100000000000000'];
const DISCARDED = ['0800004000000000', '0100000000000000'];
const BUSY = ['0800008000000000', '0100000000000000'];

/** Drains the ring; each sample adds its first byte, and 256, to what lies at r10 - 8. */
const drain = (flags: number, end: number) => `
  *(u64 *)(r10 -8) = 0
  r1 = map_by_fd(0) ll
  r2 = code_addr(SAMPLE) ll
  r3 = r10
  r3 += -8
  r4 = ${flags}
  call user_ringbuf_drain
  r6 = r0
  r6 <<= 32
  r0 = *(u64 *)(r10 -8)
  r0 += r6
  goto end
SAMPLE:
  r6 = r2
  r2 = 0
  r3 = 1
  call dynptr_data
  r1 = 0
  if r0 == 0 goto NONE
  r1 = *(u8 *)(r0 +0)
NONE:
  r1 += 256
  r2 = *(u64 *)(r6 +0)
  r1 += r2
  *(u64 *)(r6 +0) = r1
  r0 = ${end}
  exit
`;

const EINVAL = -22n;

describe('a ring of user space', () => {
  it.each([
    ['has no samples at first', [], 0n, 0n],
    ['gives each sample once', [...SAMPLE, ...SAMPLE], 2n, 0x202n],
    ['leaves out what was discarded', [...DISCARDED, ...SAMPLE], 1n, 0x101n],
    ['ends at what is being written', [...SAMPLE, ...BUSY, ...SAMPLE], 1n, 0x101n],
    ['has samples of no bytes', ['0000000000000000'], 1n, 0x100n],
    ['refuses what is longer than there is', [...SAMPLE, '0100000000000000'], EINVAL, 0x101n],
    ['refuses lengths of 30 bits', ['ffffff3f00000000', ...SAMPLE], EINVAL, 0n],
  ])('%s', async (_what, words, drained, sum) => {
    expect(await r0Of(drain(0, 0), { progType: 'xdp', maps: [ring(...words)] })).toBe(
      BigInt.asUintN(64, (drained << 32n) + sum),
    );
  });

  it('is drained until the callback has enough', async () => {
    const maps = [ring(...SAMPLE, ...SAMPLE)];
    expect(await r0Of(drain(0, 1), { progType: 'xdp', maps })).toBe((1n << 32n) + 0x101n);
  });

  it.each([
    [1, 1n],
    [2, 1n],
    [3, 1n],
    [4, EINVAL],
  ])('answers flags of %i', async (flags, drained) => {
    const found = await r0Of(drain(flags, 0), { progType: 'xdp', maps: [ring(...SAMPLE)] });
    expect(BigInt.asIntN(32, found >> 32n)).toBe(drained);
  });

  it('has no room for more than its length', async () => {
    const words = Array.from({ length: 513 }, () => '0000000000000000');
    const testCase = caseOf('r0 = 0\nexit', { maps: [ring(...words)] });
    expect((await completed(testCase)).load).toEqual({ verdict: 'rejected', errno: 28, log: '' });
  });
});
