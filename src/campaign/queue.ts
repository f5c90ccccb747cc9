import type { Target } from '../targets/target.ts';

/** The same target, for several callers: concurrent calls of `execute` wait for each other. */
export function queued(target: Target): Target {
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: target.name,
    info: target.info,
    features: target.features,
    execute(cases) {
      const mine = last.then(() => target.execute(cases));
      last = mine.catch(() => {});
      return mine;
    },
    restarts: () => target.restarts(),
    close: () => target.close(),
  };
}
