import type { MapSpec } from '../../../case/case.ts';
import { E2BIG, EINVAL, ENOSPC, ENOTSUPP } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access, addRegion, roundUp } from '../memory.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';

/** `BPF_RINGBUF_HDR_SZ`, and the bits beside a sample's length in its header. */
const HEADER_BYTES = 8;
const BUSY_BIT = 1 << 31;
const DISCARD_BIT = 1 << 30;
/** `DYNPTR_MAX_SIZE`, kernel/bpf/helpers.c. */
const SAMPLE_BYTES_MAX = 0xff_ffff;

/**
 * `user_ringbuf` (kernel/bpf/ringbuf.c 6.1). User space writes to it before the load, and no further than
 * its end, so that no sample goes on at the ring's beginning. What progs make of the samples stays in it,
 * and isn't told.
 */
export function createUserRing(
  spec: MapSpec,
  { memory, littleEndian }: Machine,
): EmulatedMap | undefined {
  const region = addRegion(memory, { sizeBytes: spec.maxEntries, access: Access.BOTH });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  let produced = 0;
  let consumed = 0;
  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put: () => ENOTSUPP,
    fill({ value }) {
      if (produced + value.length > spec.maxEntries) return ENOSPC;
      memory.bytes.set(value, start + produced);
      produced += value.length;
      return 0;
    },
    user: { lookup: () => ENOTSUPP, delete: () => ENOTSUPP, nextKey: () => ENOTSUPP },
    userRing: {
      busy: false,
      peek() {
        if (consumed >= produced) return 'nothing';
        const header = memory.view.getInt32(start + consumed, littleEndian);
        const sizeBytes = header & ~(BUSY_BIT | DISCARD_BIT);
        const wholeBytes = roundUp(sizeBytes + HEADER_BYTES, 8);
        if (wholeBytes > produced - consumed) return EINVAL;
        if (sizeBytes > SAMPLE_BYTES_MAX) return E2BIG;
        if ((header & DISCARD_BIT) !== 0) {
          consumed += wholeBytes;
          return 'discarded';
        }
        if ((header & BUSY_BIT) !== 0) return 'nothing';
        return { start: start + consumed + HEADER_BYTES, sizeBytes };
      },
      release({ sizeBytes }) {
        consumed += roundUp(sizeBytes + HEADER_BYTES, 8);
      },
    },
  };
}
