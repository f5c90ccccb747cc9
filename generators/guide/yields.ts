/** How much each of several things to do showed of late that was new. */
export interface Yields<T> {
  learn(what: T, fresh: number): void;
  /** New names a time, on the average of the last times; 1 of what was never done. */
  of(what: T): number;
}

/** What came of earlier times counts for less with each: new things wear out. */
const MEMORY = 0.97;

export function createYields<T>(): Yields<T> {
  const shown = new Map<T, { readonly times: number; readonly fresh: number }>();
  const before = (what: T) => shown.get(what) ?? { times: 0, fresh: 0 };
  return {
    learn(what, fresh) {
      const { times, fresh: sum } = before(what);
      shown.set(what, { times: times * MEMORY + 1, fresh: sum * MEMORY + fresh });
    },
    of(what) {
      const { times, fresh } = before(what);
      return (fresh + 1) / (times + 1);
    },
  };
}
