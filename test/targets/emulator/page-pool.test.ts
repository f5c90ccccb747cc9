import { describe, expect, it } from 'vitest';
import { createPagePool, refillPages } from '../../../src/targets/emulator/run/page-pool.ts';
import { createPtrRing } from '../../../src/targets/emulator/run/ptr-ring.ts';

/** Pages are numbers, in the order in which they were made. */
function numbered(pages: number) {
  let made = 0;
  return createPagePool({ pages, pageBytes: 4096, cacheLineBytes: 64 }, () => made++);
}

const take = (count: number, from: { take(): number }) =>
  Array.from({ length: count }, () => from.take());

describe('a page pool', () => {
  it('makes 64 pages at once, and gives the last of them first', () => {
    expect(take(66, numbered(64)).filter((_, i) => i < 2 || i > 62)).toEqual([63, 62, 0, 127, 126]);
  });

  it('gives no recycled page while it has new ones', () => {
    const pool = numbered(64);
    pool.recycle(pool.take());
    expect(take(63, pool)).not.toContain(63);
    expect(pool.take()).toBe(63);
  });

  it('gives what was recycled last first, of 64', () => {
    const pool = numbered(256);
    const pages = take(64, pool);
    for (const page of pages) pool.recycle(page);
    expect(take(64, pool)).toEqual(pages.toReversed());
  });

  it('loses pages for which its ring has no room', () => {
    const pool = numbered(2);
    for (const page of take(64, pool)) pool.recycle(page);
    expect(take(3, pool)).toEqual([62, 63, 127]);
  });

  it.each([
    [4096, 64],
    [16_384, 16],
    [65_536, 4],
  ])('with pages of %i bytes makes %i at once', (pageBytes, pages) => {
    expect(refillPages(pageBytes)).toBe(pages);
  });
});

describe('a ring of pointers', () => {
  it('has no room where it is full', () => {
    const ring = createPtrRing<string>(2, 64);
    expect(['a', 'b', 'c'].map((item) => ring.produce(item))).toEqual([true, true, false]);
    expect([ring.consume(), ring.consume(), ring.consume()]).toEqual(['a', 'b', undefined]);
  });

  it('gives places back two cache lines at a time', () => {
    const ring = createPtrRing<number>(64, 64);
    for (let i = 0; i < 64; i++) ring.produce(i);
    const roomAfter = (taken: number) => {
      for (let i = 0; i < taken; i++) ring.consume();
      return ring.produce(99);
    };
    expect(roomAfter(15)).toBe(false);
    expect(roomAfter(1)).toBe(true);
  });
});
