import type { MapSpec } from '../../../case/case.ts';
import type { LinuxSetting } from '../../target.ts';
import { EINVAL, ENOTSUPP } from '../errno.ts';
import { Access, addRegion, type Memory, roundUp } from '../memory.ts';
import { type EmulatedMap, NO_ELEMENTS } from './map.ts';

/** `BPF_RINGBUF_HDR_SZ` and `RINGBUF_MAX_RECORD_SZ`. */
const HEADER_BYTES = 8;
const RECORD_BYTES_MAX = 0xffff_ffffn >> 2n;
const NO_KEY = new Uint8Array(0);

interface Record {
  readonly at: number;
  readonly sizeBytes: number;
  state: 'reserved' | 'submitted' | 'discarded';
}

/**
 * `ringbuf` (kernel/bpf/ringbuf.c 6.1). Nobody reads it before a case ends, so that it never begins anew
 * from its start, and every record lies in zeros. What is told of it are the records submitted.
 */
export function createRingMap(
  spec: MapSpec,
  memory: Memory,
  _linux: LinuxSetting,
): EmulatedMap | undefined {
  const region = addRegion(memory, { sizeBytes: spec.maxEntries, access: Access.BOTH });
  if (region === undefined) return undefined;
  const start = memory.starts[region];
  const records: Record[] = [];
  let produced = 0;
  return {
    ...NO_ELEMENTS,
    spec,
    update: () => EINVAL,
    delete: () => EINVAL,
    put: () => ENOTSUPP,
    user: { lookup: () => ENOTSUPP, delete: () => ENOTSUPP, nextKey: () => ENOTSUPP },
    content: () =>
      records
        .filter(({ state }) => state === 'submitted')
        .map(({ at, sizeBytes }) => ({
          key: NO_KEY,
          values: [memory.bytes.slice(at, at + sizeBytes)],
        })),
    ring: {
      reserve(wanted) {
        if (wanted > RECORD_BYTES_MAX) return 0;
        const sizeBytes = Number(wanted);
        const end = produced + roundUp(sizeBytes + HEADER_BYTES, 8);
        if (end > spec.maxEntries - 1) return 0;
        const at = start + produced + HEADER_BYTES;
        produced = end;
        records.push({ at, sizeBytes, state: 'reserved' });
        return at;
      },
      commit(address, as) {
        const record = records.findLast(({ at, state }) => at === address && state === 'reserved');
        if (record === undefined) return false;
        record.state = as;
        return true;
      },
      consumed: () => 0,
      produced: () => produced,
    },
  };
}
