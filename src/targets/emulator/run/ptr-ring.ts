/** A first-in first-out queue of fixed size. */
export interface PtrRing<T> {
  /** False where there is no room. */
  produce(item: T): boolean;
  consume(): T | undefined;
}

/** Bytes of a pointer. */
const POINTER_BYTES = 8;

/**
 * `struct ptr_ring`, include/linux/ptr_ring.h 6.1. Places that were emptied are given back to the
 * producer two cache lines at a time, so that a ring that isn't empty has less room than it seems to.
 */
export function createPtrRing<T>(size: number, cacheLineBytes: number): PtrRing<T> {
  const queue: (T | null)[] = Array.from({ length: size }, () => null);
  const lines = (2 * cacheLineBytes) / POINTER_BYTES;
  const batch = lines > size / 2 ? 1 : lines;
  let producer = 0;
  let head = 0;
  let tail = 0;

  function discardOne(): void {
    head++;
    if (head - tail >= batch || head >= size) {
      queue.fill(null, tail, head);
      tail = head;
    }
    if (head >= size) head = tail = 0;
  }

  return {
    produce(item) {
      if (queue[producer] !== null) return false;
      queue[producer] = item;
      producer = (producer + 1) % size;
      return true;
    },
    consume() {
      const item = queue[head];
      if (item === null) return undefined;
      discardOne();
      return item;
    },
  };
}
