import type { Helper } from './helper.ts';

/** Nanoseconds from one reading of the clock to the next: some, as a prog may wait for a change. */
const TICK_NS = 1000;

/** `bpf_ktime_get_ns()`: no machine's clock, or a case would not have one answer. */
export const ktimeGetNs: Helper = (machine) => BigInt(++machine.clockReads * TICK_NS);

/** `bpf_get_prandom_u32()`: the numbers of xorshift32, the same for every case. */
export const getPrandomU32: Helper = (machine) => {
  let x = machine.randomState;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  machine.randomState = x;
  return BigInt(x >>> 0);
};

/** `bpf_get_smp_processor_id()`: progs run on CPU 0. */
export const getSmpProcessorId: Helper = () => 0n;
