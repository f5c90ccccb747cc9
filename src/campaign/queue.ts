import type { Target } from '../targets/target.ts';

/** The same target, for several callers: concurrent calls wait for each other. */
export function queued(target: Target): Target {
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const mine = last.then(call);
    last = mine.catch(() => {});
    return mine;
  }
  return {
    name: target.name,
    info: target.info,
    features: target.features,
    execute: (cases) => inTurn(() => target.execute(cases)),
    renew: () => inTurn(() => target.renew()),
    restarts: () => target.restarts(),
    close: () => target.close(),
  };
}
