import { EAGAIN, EINVAL, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import type { Ring } from '../maps/map.ts';
import { Access } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { badArgument, type Helper, mapArgument, memoryArgument } from './helper.ts';

/** BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP. */
const OUTPUT_FLAGS = 3n;

/** `bpf_ringbuf_output(ringbuf, data, size, flags)`, kernel/bpf/ringbuf.c 6.1. */
export const ringbufOutput: Helper = (machine) => {
  const { regs, memory } = machine;
  const ring = ringArgument(machine);
  const sizeBytes = Number(regs[3]);
  const from = memoryArgument(machine, 2, sizeBytes, Access.READ);
  if (ring === undefined || from === 0) return 0n;
  if ((regs[4] & ~OUTPUT_FLAGS) !== 0n) return failure(EINVAL);
  const to = ring.reserve(regs[3]);
  if (to === 0) return failure(EAGAIN);
  memory.bytes.copyWithin(to, from, from + sizeBytes);
  ring.commit(to, 'submitted');
  return 0n;
};

/** `bpf_ringbuf_reserve(ringbuf, size, flags)`. */
export const ringbufReserve: Helper = (machine) => {
  const ring = ringArgument(machine);
  if (ring === undefined || machine.regs[3] !== 0n) return 0n;
  return BigInt(ring.reserve(machine.regs[2]));
};

/** `bpf_ringbuf_submit(record, flags)`. */
export const ringbufSubmit: Helper = (machine) => commit(machine, 'submitted');

/** `bpf_ringbuf_discard(record, flags)`. */
export const ringbufDiscard: Helper = (machine) => commit(machine, 'discarded');

/** `bpf_ringbuf_query(ringbuf, flags)`: BPF_RB_AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS. */
export const ringbufQuery: Helper = (machine) => {
  const ring = ringArgument(machine);
  if (ring === undefined) return 0n;
  const asked = [
    () => ring.produced() - ring.consumed(),
    () => mapArgument(machine, 1)!.spec.maxEntries,
    ring.consumed,
    ring.produced,
  ];
  const answer = machine.regs[2] < BigInt(asked.length) ? asked[Number(machine.regs[2])] : () => 0;
  return BigInt(answer());
};

function ringArgument(machine: Machine): Ring | undefined {
  const map = mapArgument(machine, 1);
  if (map !== undefined && map.ring === undefined) badArgument(machine, 1, 'a ring buffer');
  return map?.ring;
}

function commit(machine: Machine, as: 'submitted' | 'discarded'): bigint {
  const address = numberIn(machine.words, 1);
  if (!machine.maps.some(({ ring }) => ring?.commit(address, as))) {
    badArgument(machine, 1, 'a record that was reserved');
  }
  return 0n;
}
