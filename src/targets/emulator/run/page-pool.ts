import { createPtrRing } from './ptr-ring.ts';

/** Pages of one run. */
export interface PagePool<Page> {
  take(): Page;
  /** Gives a page back that nobody uses any more. One for which there is no room is lost. */
  recycle(page: Page): void;
}

/** How many pages are fetched at once: `PP_ALLOC_CACHE_REFILL`, include/net/page_pool/types.h 7.2. */
export function refillPages(pageBytes: number): number {
  if (pageBytes >= 65_536) return 4;
  return pageBytes >= 16_384 ? 16 : 64;
}

/**
 * `struct page_pool` as live frames use it, net/core/page_pool.c 6.1: the page that came last is given
 * first, out of a stack that is filled with what was recycled, if anything was, else with new pages.
 * Pages are recycled into a ring, as live frames set `xdp_set_return_frame_no_direct`.
 */
export function createPagePool<Page>(
  { pages, pageBytes, cacheLineBytes }: Readonly<Record<PoolSize, number>>,
  fresh: () => Page,
): PagePool<Page> {
  const ring = createPtrRing<Page>(pages, cacheLineBytes);
  const refill = refillPages(pageBytes);
  const stack: Page[] = [];

  function fill(): void {
    while (stack.length < refill) {
      const page = ring.consume();
      if (page === undefined) break;
      stack.push(page);
    }
    if (stack.length === 0) stack.push(...Array.from({ length: refill }, fresh));
  }

  return {
    take() {
      if (stack.length === 0) fill();
      return stack.pop()!;
    },
    recycle(page) {
      ring.produce(page);
    },
  };
}

type PoolSize = 'pages' | 'pageBytes' | 'cacheLineBytes';
