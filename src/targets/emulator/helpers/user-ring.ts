import { EBUSY, EINVAL, failure } from '../errno.ts';
import { type Machine, raise } from '../machine.ts';
import type { Sample, UserRing } from '../maps/map.ts';
import { Access, addRegion, dropLast } from '../memory.ts';
import { DYNPTR_BYTES, nullDynptr } from './dynptr.ts';
import { badArgument, type Helper, mapArgument } from './helper.ts';

/** BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP. */
const WAKEUP_FLAGS = 3n;
/** `BPF_MAX_USER_RINGBUF_SAMPLES`, include/linux/bpf.h 6.1. */
const SAMPLES_MAX = 128 * 1024;

/**
 * `bpf_user_ringbuf_drain(map, callback_fn, ctx, flags)`, kernel/bpf/ringbuf.c 6.1: how many samples the
 * callback saw, the one included at which it asked for an end.
 */
export const userRingbufDrain: Helper = (machine) => {
  const { regs, pointers } = machine;
  const ring = mapArgument(machine, 1)?.userRing;
  const row = pointers.functionRowOf(regs[2]);
  if (ring === undefined || row === undefined || row >= machine.code.length) {
    badArgument(machine, ring === undefined ? 1 : 2, 'a ring of user space, and a function');
    return 0n;
  }
  if ((regs[4] & ~WAKEUP_FLAGS) !== 0n) return failure(EINVAL);
  if (ring.busy) return failure(EBUSY);
  ring.busy = true;
  const answer = drain(machine, ring, row, regs[3]);
  ring.busy = false;
  return answer;
};

function drain(machine: Machine, ring: UserRing, row: number, callbackCtx: bigint): bigint {
  let seen = 0n;
  for (let tries = 0; tries < SAMPLES_MAX; tries++) {
    const sample = ring.peek();
    if (sample === 'nothing') break;
    if (sample === 'discarded') continue;
    if (typeof sample === 'number') return failure(sample);
    show(machine, sample, row, callbackCtx);
    ring.release(sample);
    seen++;
    if (machine.fault !== null || machine.regs[0] !== 0n) break;
  }
  return seen;
}

/** Calls a function with a dynptr of the sample, which lies where progs can't look. */
function show(machine: Machine, sample: Sample, row: number, callbackCtx: bigint): void {
  const { memory, objects } = machine;
  const region = addRegion(memory, { sizeBytes: DYNPTR_BYTES, access: Access.NONE });
  if (region === undefined) {
    raise(machine, 'bad-argument', machine.row, 'no memory for another dynptr');
    return;
  }
  const address = memory.starts[region];
  const { start, sizeBytes } = sample;
  objects.set(address, { ...nullDynptr, holds: 'memory', start, size: BigInt(sizeBytes) });
  machine.call(machine, row, BigInt(address), callbackCtx, 0n, 0n, 0n);
  objects.delete(address);
  dropLast(memory, region);
}
