import { EFAULT, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access, allows } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { badAddress, isBesideOurs, kernelByte } from './kernel-byte.ts';

/**
 * `bpf_probe_read_kernel(dst, size, from)`, kernel/trace/bpf_trace.c 6.1: what can't be read is zeros.
 * `copy_from_kernel_nofault_allowed` of x86 says ERANGE of addresses that can't be the kernel's.
 */
export const probeReadKernel: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  if (sizeBytes === 0) return 0n;
  const to = memoryArgument(machine, 1, sizeBytes, Access.WRITE);
  if (to === 0) return 0n;
  const from = numberIn(machine.words, 3);
  const { bytes } = machine.memory;
  if (allows(machine.memory, from, sizeBytes, Access.READ)) {
    bytes.copyWithin(to, from, from + sizeBytes);
    return 0n;
  }
  const isRead = kernelByte(machine, from) !== undefined;
  if (isRead && kernelByte(machine, from + sizeBytes - 1) !== undefined) {
    bytes.fill(machine.luck, to, to + sizeBytes);
    return 0n;
  }
  bytes.fill(0, to, to + sizeBytes);
  return failure(badAddress(machine));
};

/** `bpf_probe_read_kernel_str(dst, size, from)`: how many bytes it copied, with the NUL. */
export const probeReadKernelStr: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  if (sizeBytes === 0) return 0n;
  const to = memoryArgument(machine, 1, sizeBytes, Access.WRITE);
  if (to === 0) return 0n;
  const from = numberIn(machine.words, 3);
  const { bytes } = machine.memory;
  for (let i = 0; i < sizeBytes; i++) {
    const byte = kernelByte(machine, from + i);
    if (byte === undefined) {
      bytes.fill(0, to, to + sizeBytes);
      return failure(badAddress(machine));
    }
    bytes[to + i] = byte;
    if (byte === 0) return BigInt(i + 1);
  }
  bytes[to + sizeBytes - 1] = 0;
  return BigInt(sizeBytes);
};

/**
 * `bpf_probe_read(dst, size, from)`, kernel/trace/bpf_trace.c 6.1: from user space, where the address
 * could be there.
 */
export const probeRead: Helper = (machine) => compat(machine, probeReadKernel);

/** `bpf_probe_read_str(dst, size, from)` */
export const probeReadStr: Helper = (machine) => compat(machine, probeReadKernelStr);

function compat(machine: Machine, fromKernel: Helper): bigint {
  const from = numberIn(machine.words, 3);
  const isKernels = allows(machine.memory, from, 1, Access.READ) || isBesideOurs(machine, from);
  return isKernels ? fromKernel(machine) : probeReadUser(machine);
}

/** `bpf_probe_read_user(dst, size, from)` and its twin for strings, of memory that isn't there. */
export const probeReadUser: Helper = (machine) => {
  const sizeBytes = u32Argument(machine, 2);
  if (sizeBytes === 0) return 0n;
  const to = memoryArgument(machine, 1, sizeBytes, Access.WRITE);
  if (to === 0) return 0n;
  machine.memory.bytes.fill(0, to, to + sizeBytes);
  return failure(EFAULT);
};
