import type { MapSpec } from '../../../case/case.ts';
import type { LinuxSetting } from '../../target.ts';
import { EINVAL, ENOENT, ENOSPC, ENOTSOCK } from '../errno.ts';
import { nextIndex } from './index-keys.ts';
import { littleEndianIndex } from './keys.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';

/** The value of a socket is its cookie, where there is room for one. */
const COOKIE_BYTES = 8;

/**
 * `sockmap` and `sockhash` (net/core/sock_map.c 6.1), which stay empty: a case has no sockets. What it names
 * are maps.
 */
export function createSocketMap(
  spec: MapSpec,
  { endianness }: LinuxSetting,
  maps: readonly EmulatedMap[],
): EmulatedMap {
  const { type, maxEntries, valueBytes } = spec;
  const isHash = type === 'sockhash';
  const missing = valueBytes === COOKIE_BYTES ? ENOENT : ENOSPC;
  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put({ value }) {
      // What is no fd is -1, and what stands behind a fd makes it too large a number.
      const isFd = littleEndianIndex(value) < maps.length;
      const isWide = value.length === COOKIE_BYTES;
      const fits = !isWide || (endianness === 'little' && value.subarray(4).every((b) => b === 0));
      return isFd && fits ? ENOTSOCK : EINVAL;
    },
    user: {
      lookup: () => missing,
      delete: () => (isHash ? ENOENT : EINVAL),
      nextKey: (key) => (isHash ? ENOENT : nextIndex(maxEntries, key)),
    },
  };
}
