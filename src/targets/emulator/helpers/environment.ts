import { EINVAL, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';

/** Nanoseconds from one reading of the clock to the next: some, as a prog may wait for a change. */
const TICK_NS = 1000;

/** `bpf_ktime_get_ns()`: no machine's clock, or a case would not have one answer. */
export const ktimeGetNs: Helper = (machine) => BigInt(++machine.clockReads * TICK_NS);

/**
 * `bpf_get_prandom_u32()`: the numbers of xorshift32, the same for every case. With luck always one number, so
 * that some two of them differ in a bit however often a prog asks.
 */
export const getPrandomU32: Helper = (machine) => {
  if (machine.luck !== 0) return BigInt(machine.luck * 0x0101_0101);
  let x = machine.randomState;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  machine.randomState = x;
  return BigInt(x >>> 0);
};

/** `bpf_get_smp_processor_id()`: progs run on CPU 0. */
export const getSmpProcessorId: Helper = () => 0n;

/** What is 0 on every machine that runs cases: root's ids, the only node of memory. */
export const zero: Helper = () => 0n;

/** `bpf_get_socket_cookie(skb)`, `bpf_get_netns_cookie(skb)`: some number. */
export const someCookie: Helper = () => 1n;

/** `bpf_get_ns_current_pid_tgid(dev, ino, nsdata, size)`: no cases know a namespace's inode. */
export const getNsCurrentPidTgid: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 4);
  const to = memoryArgument(machine, 3, sizeBytes, Access.WRITE);
  if (to !== 0) machine.memory.bytes.fill(0, to, to + sizeBytes);
  return failure(EINVAL);
};

/** `bpf_get_current_pid_tgid()`: some process. */
export const getCurrentPidTgid: Helper = () => (1n << 32n) | 1n;

const COMM = new TextEncoder().encode('bpfdiff');

/** `bpf_get_current_comm(buf, size)`: some name. */
export const getCurrentComm: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  const to = memoryArgument(machine, 1, sizeBytes, Access.WRITE);
  if (to === 0) return 0n;
  const name = COMM.subarray(0, sizeBytes - 1);
  machine.memory.bytes.fill(0, to, to + sizeBytes);
  machine.memory.bytes.set(name, to);
  return 0n;
};
