import { Access } from '../memory.ts';
import { type Helper, memoryArgument } from './helper.ts';

/** `sizeof(struct bpf_spin_lock)`. */
const LOCK_BYTES = 4;

/**
 * `bpf_spin_lock(lock)` and `bpf_spin_unlock(lock)`, kernel/bpf/helpers.c 6.1. With one CPU, and one lock
 * at a time, nobody ever waits.
 */
export const spinLock: Helper = (machine) => {
  memoryArgument(machine, 1, LOCK_BYTES, Access.BOTH);
  return 0n;
};
