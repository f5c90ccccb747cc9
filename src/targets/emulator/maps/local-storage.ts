import type { MapSpec } from '../../../case/case.ts';
import { EBADF, EINVAL, ENOTSUPP } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';
import type { MapRule } from './rules.ts';
import { addValues, valueAddress } from './values.ts';

/** Values that were deleted may be looked at until the run ends: places are used in turn. */
const PLACES = 64;

/**
 * `sk_storage` and `task_storage` (kernel/bpf/bpf_local_storage.c 6.1). Each run has a socket of its own,
 * and all have one task. User space names owners by fds, of which cases have none.
 */
export function createLocalStorage(
  spec: MapSpec,
  rule: MapRule,
  { memory }: Machine,
): EmulatedMap | undefined {
  const values = addValues(spec, rule, memory, 1, PLACES);
  if (values === undefined) return undefined;
  let held = 0;
  let made = 0;
  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put: () => EBADF,
    user: { lookup: () => EBADF, delete: () => EBADF, nextKey: () => ENOTSUPP },
    localStorage: {
      owner: spec.type === 'sk_storage' ? 'socket' : 'task',
      address: () => held,
      create(from) {
        held = valueAddress(values, made++ % PLACES);
        const { bytes } = memory;
        if (from === 0) bytes.fill(0, held, held + spec.valueBytes);
        else bytes.copyWithin(held, from, from + spec.valueBytes);
        return held;
      },
      remove() {
        const isThere = held !== 0;
        held = 0;
        return isThere;
      },
    },
  };
}
